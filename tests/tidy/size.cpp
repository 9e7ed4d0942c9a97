#include <algorithm>

#include "tests/tidy/law.hpp"
#include "tests/tidy/rules.hpp"
#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

bool is_measured(const std::string& path) {
  return path == "dev" || path.ends_with(".cpp") || path.ends_with(".hpp") ||
         path.ends_with(".sql") || path.ends_with(".sh");
}

// UTF-8's following bytes are no characters of their own.
long characters(std::string_view line) {
  return std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::string too_many(long have, const std::string& unit, int limit) {
  return std::to_string(have) + " " + unit + ", " + std::to_string(limit) + " at most";
}

}  // namespace

void check_size(const File& file, Found& found) {
  if (!is_measured(file.path)) return;
  const auto lines = lines_of(file.text);
  const int limit = file.path == "dev" ? law::script_lines : law::file_lines;
  if (lines.size() > static_cast<std::size_t>(limit)) {
    found.push_back(
        {file.path, 0, "size", too_many(static_cast<long>(lines.size()), "lines", limit)});
  }
  int number = 0;
  for (const std::string_view line : lines) {
    ++number;
    if (const long have = characters(line); have > law::line_characters) {
      found.push_back(
          {file.path, number, "size", too_many(have, "characters", law::line_characters)});
    }
  }
  if (!file.path.ends_with("pp")) return;
  for (const Function& function : functions_of(file.text)) {
    const int have = function.last_line - function.first_line + 1;
    if (have <= law::function_lines) continue;
    found.push_back({file.path, function.first_line, "size",
                     too_many(have, "lines of " + function.head, law::function_lines)});
  }
}

}  // namespace tests::tidy
