#include "projections/sql/transaction_command.hpp"

#include <algorithm>
#include <cctype>
#include <span>
#include <vector>

namespace projections::sql {
namespace {

constexpr std::string_view commands[] = {"BEGIN", "START",   "COMMIT",    "END",    "ROLLBACK",
                                         "ABORT", "PREPARE", "SAVEPOINT", "RELEASE"};

std::string upper_case(std::string_view text) {
  std::string upper{text};
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

// A savepoint of the handler's own is its business: it cannot reach past the one around it.
bool is_about_a_savepoint(std::span<const Token> statement) {
  if (statement[0].is("SAVEPOINT") || statement[0].is("RELEASE")) return true;
  const auto follows = [&](std::size_t i, std::string_view word) {
    return i < statement.size() && statement[i].is(word);
  };
  const bool noise = follows(1, "WORK") || follows(1, "TRANSACTION");
  return statement[0].is("ROLLBACK") && follows(noise ? 2 : 1, "TO");
}

}  // namespace

bool is_transaction_command(const Token& first_word) {
  return std::ranges::any_of(commands, [&](std::string_view c) { return first_word.is(c); });
}

std::optional<std::string> transaction_command_in(std::string_view sql) try {
  bool first = true;
  const std::vector<Token> tokens = tokens_of(sql);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // A function's body (BEGIN ATOMIC … END) has semicolons of its own.
    if (first && tokens[i].is("CREATE")) return std::nullopt;
    if (first && is_transaction_command(tokens[i]) &&
        !is_about_a_savepoint(std::span{tokens}.subspan(i))) {
      return upper_case(tokens[i].text);
    }
    first = tokens[i].is_symbol(';');
  }
  return std::nullopt;
} catch (const UnterminatedError&) {
  return std::nullopt;
}

}  // namespace projections::sql
