#include "projections/sql/transaction_command.hpp"

#include <algorithm>
#include <cctype>

namespace projections::sql {
namespace {

constexpr std::string_view commands[] = {"BEGIN", "START",   "COMMIT",    "END",    "ROLLBACK",
                                         "ABORT", "PREPARE", "SAVEPOINT", "RELEASE"};

std::string upper_case(std::string_view text) {
  std::string upper{text};
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

}  // namespace

bool is_transaction_command(const Token& first_word) {
  return std::ranges::any_of(commands, [&](std::string_view c) { return first_word.is(c); });
}

std::optional<std::string> transaction_command_in(std::string_view sql) try {
  bool first = true;
  for (const Token& token : tokens_of(sql)) {
    // A function's body (BEGIN ATOMIC … END) has semicolons of its own.
    if (first && token.is("CREATE")) return std::nullopt;
    if (first && is_transaction_command(token)) return upper_case(token.text);
    first = token.is_symbol(';');
  }
  return std::nullopt;
} catch (const UnterminatedError&) {
  return std::nullopt;
}

}  // namespace projections::sql
