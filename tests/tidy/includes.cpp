#include <algorithm>
#include <string_view>

#include "tests/tidy/law.hpp"
#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

struct Include {
  std::string_view name;
  bool quoted = false;  // "…", ours; otherwise <…>
  int line = 0;
};

bool is_cpp(const File& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".hpp");
}

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> includes;
  if (!is_cpp(file)) return includes;
  int number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#include ")) continue;
    const auto open = line.find_first_of("\"<");
    const auto close = line.find_last_of("\">");
    if (open == std::string_view::npos || close <= open) continue;
    includes.push_back({line.substr(open + 1, close - open - 1), line[open] == '"', number});
  }
  return includes;
}

template <class Prefixes>
bool begins_with_any(std::string_view path, const Prefixes& prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return path.starts_with(prefix); });
}

// A pattern of law::Arrow: a prefix, or "@" and a group of them.
bool fits(std::string_view path, std::string_view pattern) {
  if (pattern == "@rooms") return begins_with_any(path, law::rooms);
  if (pattern == "@ground") return begins_with_any(path, law::ground);
  if (pattern == "@base") return begins_with_any(path, law::base);
  return path.starts_with(pattern);
}

// "relay/lanes/" for a file in a room of relay, "tests/" for a file in a top folder otherwise.
std::string_view home_of(std::string_view path) {
  const auto top = path.find('/');
  if (top == std::string_view::npos) return path;
  if (!path.starts_with("relay/")) return path.substr(0, top + 1);
  const auto room = path.find('/', top + 1);
  return room == std::string_view::npos ? path : path.substr(0, room + 1);
}

bool may_include(const law::Arrow& arrow, std::string_view from, std::string_view to) {
  return to.starts_with(home_of(from)) ||
         std::ranges::any_of(arrow.to, [&](std::string_view pattern) { return fits(to, pattern); });
}

bool is_system_header(std::string_view header) {
  return header.find_first_of("/.") == std::string_view::npos ||
         begins_with_any(header, law::system_headers);
}

}  // namespace

void check_arrows(const File& file, Found& found) {
  if (!is_cpp(file)) return;
  const auto arrow = std::ranges::find_if(
      law::arrows, [&](const law::Arrow& candidate) { return fits(file.path, candidate.from); });
  if (arrow == law::arrows.end()) {
    found.push_back({file.path, 0, "arrows", "in a room that the law does not know"});
    return;
  }
  for (const Include& include : includes_of(file)) {
    if (!include.quoted || may_include(*arrow, file.path, include.name)) continue;
    found.push_back({file.path, include.line, "arrows",
                     "no arrow leads to \"" + std::string{include.name} + "\""});
  }
}

void check_libraries(const File& file, Found& found) {
  if (file.path.starts_with("tests/") || file.path.starts_with("bench/")) return;
  for (const Include& include : includes_of(file)) {
    if (include.quoted) continue;
    const auto library = std::ranges::find_if(law::libraries, [&](const law::Library& candidate) {
      return include.name.starts_with(candidate.header);
    });
    const bool known = library != law::libraries.end();
    if (known ? begins_with_any(file.path, library->homes) : is_system_header(include.name))
      continue;
    std::string what{include.name};
    what += known ? " belongs to another room" : " is in no row of the law";
    found.push_back({file.path, include.line, "libraries", what});
  }
}

}  // namespace tests::tidy
