#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// A statement in a transaction of its own, which ends after 30 seconds whatever it finds.
/// @param by_index takes the plan by index, whatever the statistics say.
/// @throws pqxx::failure and kin.
[[nodiscard]] pqxx::result read_bounded(pg::Connection& connection, std::string_view statement,
                                        const std::vector<std::string>& values,
                                        bool by_index = false);

/// A column's text; nothing: NULL.
[[nodiscard]] std::optional<std::string> text_or_null(const pqxx::row& row, int column);

}  // namespace relay::operate
