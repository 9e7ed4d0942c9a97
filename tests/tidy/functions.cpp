#include <cctype>

#include "tests/tidy/source.hpp"

namespace tests::tidy {
namespace {

// Without what stands in parentheses and angle brackets, where "class" and "struct" mean other
// things.
std::string without_brackets(std::string_view head) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char c = head[i];
    const bool arrow = c == '>' && i > 0 && head[i - 1] == '-';
    if (c == '(' || c == '<') ++depth;
    if (depth == 0) out += c;
    if ((c == ')' || (c == '>' && !arrow)) && depth > 0) --depth;
  }
  return out;
}

bool is_function_head(std::string_view head) {
  if (head.find('(') == std::string_view::npos) return false;
  const std::string bare = without_brackets(head);
  for (const char* word : {"namespace", "class", "struct", "union", "enum"}) {
    if (find_word(bare, word) != std::string::npos) return false;
  }
  return true;
}

// Directives are no code: their braces, if any, do not pair.
std::string without_directives(std::string text) {
  bool directive = false;
  bool line_begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      directive = directive && i > 0 && text[i - 1] == '\\';
      line_begins = true;
      continue;
    }
    if (line_begins && text[i] == '#') directive = true;
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) line_begins = false;
    if (directive && text[i] != '\\') text[i] = ' ';
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

std::vector<Function> functions_of(std::string_view cpp) {
  const std::string code = without_directives(without_comments_and_literals(cpp));
  std::vector<Function> found;
  std::size_t head_begins = 0;
  int depth = 0;           // braces open
  int function_depth = 0;  // the depth of the open function's body; 0 outside of functions
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '{') {
      ++depth;
      const auto head = trimmed(std::string_view{code}.substr(head_begins, i - head_begins));
      if (function_depth == 0 && is_function_head(head)) {
        function_depth = depth;
        const int line = line_at(code, code.find_first_not_of(" \t\r\n", head_begins));
        found.push_back({std::string{head.substr(0, head.find('\n'))}, line, line});
      }
    } else if (c == '}') {
      if (depth == function_depth) {
        found.back().last_line = line_at(code, i);
        function_depth = 0;
      }
      --depth;
    }
    if (c == '{' || c == '}' || c == ';') head_begins = i + 1;
  }
  return found;
}

}  // namespace tests::tidy
