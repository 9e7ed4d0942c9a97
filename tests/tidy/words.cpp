#include <array>
#include <string_view>

#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

// Each in two pieces, so that this file does not break its own rule.
constexpr std::array machine_paths = {
    "/wo"
    "rk/",
    "/ro"
    "ot/",
    "/ho"
    "me/"};

void forbid_word(const File& file, std::string_view code, std::string_view word, const char* what,
                 Found& found) {
  for (auto at = find_word(code, word); at != std::string_view::npos;
       at = find_word(code, word, at + 1)) {
    found.push_back({file.path, line_at(code, at), "words", what});
  }
}

char last_character_before(std::string_view code, std::size_t at) {
  const auto last = code.substr(0, at).find_last_not_of(" \t\n");
  return last == std::string_view::npos ? ' ' : code[last];
}

// "= delete" and "operator new" are no allocations.
void forbid_naked(const File& file, std::string_view code, std::string_view word, Found& found) {
  for (auto at = find_word(code, word); at != std::string_view::npos;
       at = find_word(code, word, at + 1)) {
    const bool deleted = word == "delete" && last_character_before(code, at) == '=';
    if (deleted || code.substr(0, at).ends_with("operator ")) continue;
    found.push_back({file.path, line_at(code, at), "words", "naked " + std::string{word}});
  }
}

}  // namespace

void check_words(const File& file, Found& found) {
  if (!file.path.ends_with(".cpp") && !file.path.ends_with(".hpp")) return;
  const std::string code = without_comments_and_literals(file.text);
  forbid_word(file, code, "using namespace std", "using namespace std", found);
  forbid_naked(file, code, "new", found);
  forbid_naked(file, code, "delete", found);
  for (auto at = code.find(".detach()"); at != std::string::npos;
       at = code.find(".detach()", at + 1)) {
    found.push_back({file.path, line_at(code, at), "words", "a detached thread"});
  }
  if (file.path.starts_with("relay/") && !file.path.starts_with("relay/base/")) {
    forbid_word(file, code, "sleep_for", "a sleep that nothing can end", found);
    forbid_word(file, code, "sleep_until", "a sleep that nothing can end", found);
  }
}

void check_paths(const File& file, Found& found) {
  for (const std::string_view path : machine_paths) {
    for (auto at = file.text.find(path); at != std::string::npos;
         at = file.text.find(path, at + 1)) {
      // "bench/work/" and "https://host/home/" name no file of this machine.
      const char before = at == 0 ? ' ' : file.text[at - 1];
      if (std::string_view{" \t\n\"'`(=:"}.find(before) == std::string_view::npos) continue;
      found.push_back({file.path, line_at(file.text, at), "paths", "a path of one machine"});
    }
  }
}

}  // namespace tests::tidy
