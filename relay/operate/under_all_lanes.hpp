#pragma once

#include <functional>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Runs `change` in a transaction that holds every lane, so that no batch of any relay straddles
/// it, bumps the listeners' version so that relays look again, and commits. A busy lane is waited
/// for: `tries` times two seconds.
/// @throws std::runtime_error in words when relays are too busy; what `change` throws, rolled back.
void under_all_lanes(pg::Connection& connection, const std::function<void()>& change,
                     int tries = 5);

}  // namespace relay::operate
