#include "relay/operate/publish/top_level.hpp"

namespace relay::operate {
namespace {

constexpr const char* space = " \t\r\n";

/// Just behind the string that begins at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// Just behind the value that begins at `at`: a comma or a bracket of the object itself ends it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (true) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t last = text.find_last_not_of(space);
  return text.substr(0, last + 1);
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> members(std::string_view object) {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  std::size_t at = object.find('{') + 1;
  while (object[at = object.find_first_not_of(space, at)] != '}') {
    if (object[at] == ',') {
      ++at;
      continue;
    }
    const std::size_t key_end = end_of_string(object, at);
    const std::string_view key = object.substr(at, key_end - at);
    const std::size_t begin = object.find_first_not_of(space, object.find(':', key_end) + 1);
    at = end_of_value(object, begin);
    found.emplace_back(key, trimmed(object.substr(begin, at - begin)));
  }
  return found;
}

}  // namespace relay::operate
