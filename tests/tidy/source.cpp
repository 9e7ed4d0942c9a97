#include "tests/tidy/source.hpp"

#include <algorithm>
#include <cctype>

namespace tests::tidy {
namespace {

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks text[from, to) but keeps its line ends.
void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::size_t end_after(std::string_view text, std::string_view mark, std::size_t from) {
  const auto at = text.find(mark, from);
  return at == std::string_view::npos ? text.size() : at + mark.size();
}

// The end of a literal that opens at `from` with `quote` and knows backslashes.
std::size_t end_of_quoted(std::string_view text, std::size_t from, char quote) {
  std::size_t i = from + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

// Where what begins at `i` ends, when that is a comment or a literal; otherwise `i`.
std::size_t end_of_cpp_text(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("//")) return std::min(text.find('\n', i), text.size());
  if (rest.starts_with("/*")) return end_after(text, "*/", i + 2);
  if (rest.starts_with("R\"")) {
    const auto open = text.find('(', i);
    if (open == std::string_view::npos) return text.size();
    std::string close{')'};
    close.append(text.substr(i + 2, open - i - 2)).append(1, '"');
    return end_after(text, close, open);
  }
  if (rest[0] == '"') return end_of_quoted(text, i, '"');
  const bool in_number = i > 0 && std::isxdigit(static_cast<unsigned char>(text[i - 1])) != 0;
  if (rest[0] == '\'' && !in_number) return end_of_quoted(text, i, '\'');
  return i;
}

std::size_t end_of_sql_text(std::string_view text, std::size_t i) {
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("--")) return std::min(text.find('\n', i), text.size());
  if (rest.starts_with("/*")) return end_after(text, "*/", i + 2);
  if (rest[0] == '\'' || rest[0] == '"') return end_after(text, rest.substr(0, 1), i + 1);
  if (rest[0] == '$') {
    std::size_t close = i + 1;
    while (close < text.size() && in_word(text[close])) ++close;
    const bool parameter = std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (close < text.size() && text[close] == '$' && !parameter) {
      return end_after(text, text.substr(i, close - i + 1), close + 1);
    }
  }
  return i;
}

template <class EndOf>
std::string blanked(std::string_view text, EndOf end_of) {
  std::string out{text};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = end_of(text, i);
    blank(out, i, end);
    i = std::max(end, i + 1);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string without_comments_and_literals(std::string_view cpp) {
  return blanked(cpp, end_of_cpp_text);
}

std::string without_sql_literals(std::string_view sql) {
  return blanked(sql, end_of_sql_text);
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (auto at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !in_word(text[at - 1]);
    if (begins && (end == text.size() || !in_word(text[end]))) return at;
  }
  return std::string_view::npos;
}

int line_at(std::string_view text, std::size_t place) {
  return 1 + static_cast<int>(std::ranges::count(text.substr(0, place), '\n'));
}

}  // namespace tests::tidy
