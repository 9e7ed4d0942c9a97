#include <string_view>

#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

constexpr std::string_view letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/// The last word of a text; "" when it does not end with one.
std::string_view last_word(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  return text.substr(text.find_last_not_of(letters) + 1);
}

/// What `using a::b;` or `namespace b = a::c;` names: "b"; "" where `statement` is neither.
std::string_view brought_by(std::string_view statement) {
  const auto equals = statement.find('=');
  if (statement.starts_with("namespace ")) {
    return equals == std::string_view::npos ? "" : last_word(statement.substr(0, equals));
  }
  const auto colons = statement.rfind("::");
  if (equals != std::string_view::npos || colons == std::string_view::npos) return "";
  if (statement.starts_with("using namespace ") || statement.starts_with("using enum ")) return "";
  const std::string_view name = last_word(statement);
  return last_word(statement.substr(0, colons)) == name ? "" : name;  // a base's constructors
}

/// Whether a name stands somewhere with nothing before it that says whose it is.
bool is_used(std::string_view code, std::string_view name, std::size_t brought_at) {
  for (auto at = find_word(code, name); at != std::string_view::npos;
       at = find_word(code, name, at + 1)) {
    const std::string_view before = code.substr(0, at);
    const bool of_another =
        before.ends_with("::") || before.ends_with('.') || before.ends_with("->");
    if (at != brought_at && !of_another) return true;
  }
  return false;
}

}  // namespace

void check_uses(const File& file, Found& found) {
  if (!file.path.ends_with(".cpp")) return;
  const std::string code = without_comments_and_literals(file.text);
  for (const std::string_view word : {"using", "namespace"}) {
    for (auto at = find_word(code, word); at != std::string::npos;
         at = find_word(code, word, at + 1)) {
      const auto end = code.find_first_of(";{", at);
      if (end == std::string::npos || code[end] == '{') continue;
      const std::string_view statement = std::string_view{code}.substr(at, end - at);
      const std::string_view name = brought_by(statement);
      if (name.empty()) continue;
      const auto brought_at = static_cast<std::size_t>(name.data() - code.data());
      if (is_used(code, name, brought_at)) continue;
      found.push_back({file.path, line_at(code, at), "uses",
                       std::string{name} + " is brought in and not used"});
    }
  }
}

}  // namespace tests::tidy
