#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/sql/tokens.hpp"

namespace projections::sql {

/// True when the statement that begins with this word would begin, end or split a transaction.
[[nodiscard]] bool is_transaction_command(const Token& first_word);

/// The first command of a text of several statements that would begin or end the transaction, in
/// upper case; savepoints are allowed. A text whose quotes do not end has none: the server will
/// refuse it.
[[nodiscard]] std::optional<std::string> transaction_command_in(std::string_view sql);

}  // namespace projections::sql
