#pragma once

#include <string>
#include <string_view>

namespace projections {

/// Appends one element of a PostgreSQL array literal: always in double quotes, so that NULL,
/// commas, braces and the empty string mean themselves.
/// @throws std::invalid_argument for a NUL byte, which PostgreSQL cannot keep.
void append_array_element(std::string& literal, std::string_view text);

/// `{"a","b"}` for a bound `$n::text[]`, `uuid[]`, …, from any range of strings.
template <class Texts>
[[nodiscard]] std::string array_literal(const Texts& texts) {
  std::string literal = "{";
  for (const auto& text : texts) {
    if (literal.size() > 1) literal += ',';
    append_array_element(literal, text);
  }
  literal += '}';
  return literal;
}

}  // namespace projections
