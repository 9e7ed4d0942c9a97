#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "projections/sql/tokens.hpp"

namespace projections::sql {

/// "COMMIT", "ROLLBACK", … when the statement that begins with this word would end, begin or split
/// the transaction.
[[nodiscard]] bool is_transaction_command(const Token& first_word);

/// The first transaction command of a text of several statements, in upper case.
/// A text whose quotes do not end has none: the server will refuse it.
[[nodiscard]] std::optional<std::string> transaction_command_in(std::string_view sql);

}  // namespace projections::sql
