#pragma once

#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace projections::sql {

/// A piece of SQL text; comments and blanks are none.
struct Token {
  enum class Kind {
    word,        ///< A keyword or a bare identifier.
    identifier,  ///< "quoted".
    string,      ///< '…', E'…', U&'…', $tag$…$tag$ and the like.
    number,
    parameter,  ///< $1
    symbol,     ///< Any other single character.
  };
  Kind kind = Kind::symbol;
  std::string_view text;  ///< A view into the SQL, quotes included.
  std::size_t begin = 0;  ///< Where it begins in the SQL.
  int depth = 0;          ///< How many parentheses are open around it.

  [[nodiscard]] std::size_t end() const { return begin + text.size(); }
  /// True for a word that equals `upper_case` whatever its case.
  [[nodiscard]] bool is(std::string_view upper_case) const;
  [[nodiscard]] bool is_symbol(char c) const { return kind == Kind::symbol && text[0] == c; }
};

/// The SQL ends inside a string, an identifier or a comment.
class UnterminatedError : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Splits SQL by PostgreSQL's lexical rules (with standard_conforming_strings on): nested comments,
/// every kind of string, strings that go on after a line break, dollar quotes.
/// The views live as long as `sql`. @throws UnterminatedError.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view sql);

}  // namespace projections::sql
