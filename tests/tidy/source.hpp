#pragma once

#include <string>
#include <string_view>
#include <vector>

// Reading C++ and SQL well enough to hold rules against it; no compiler.
namespace tests::tidy {

/// The lines of a text without their ends; a last line without one counts.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// C++ with comments, strings and characters blanked out; every line keeps its place.
[[nodiscard]] std::string without_comments_and_literals(std::string_view cpp);

/// SQL with comments, strings, quoted names and dollar quotes blanked out.
[[nodiscard]] std::string without_sql_literals(std::string_view sql);

/// Whether `word` stands in `text` at `from` or later with no letter, digit or "_" beside it.
/// Returns its place, or npos.
[[nodiscard]] std::size_t find_word(std::string_view text, std::string_view word,
                                    std::size_t from = 0);

/// The line (from 1) of a place in a text.
[[nodiscard]] int line_at(std::string_view text, std::size_t place);

/// A function with a body, from the line its head begins on to the line of its last brace.
struct Function {
  std::string head;
  int first_line = 0;
  int last_line = 0;
};

/// The outermost functions of a text, tests and methods included; a lambda belongs to the function
/// it stands in. Told by their braces: good enough to measure their length.
[[nodiscard]] std::vector<Function> functions_of(std::string_view cpp);

}  // namespace tests::tidy
