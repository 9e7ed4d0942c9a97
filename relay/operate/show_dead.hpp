#pragma once

#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Everything that is known of one event, for people: type, key, headers, payload, to whom it is
/// owed and what waits behind it, and the error of every attempt.
/// @param projection only this one's deliveries and attempts; empty: all.
/// @throws UsageError when `event` is no id or not to be found, or the projection is unknown.
[[nodiscard]] std::string show_dead(pg::Connection& connection, const std::string& event,
                                    const std::string& projection);

}  // namespace relay::operate
