#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Begins a transaction with limits and runs a statement that waits for relays' locks, at most two
/// seconds long.
/// @return its rows; nothing: another session held on, and no transaction is open.
/// @throws pqxx::failure and kin, rolled back.
[[nodiscard]] std::optional<pqxx::result> try_to_lock(pg::Connection& connection,
                                                      std::string_view statement,
                                                      const std::vector<std::string>& values = {});

/// Waits before the next try. @throws std::runtime_error in words after the last one.
void wait_for_lanes(int attempt, int tries);

}  // namespace relay::operate
