#pragma once

#include <functional>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// A lane in which one listener's deliveries may be changed as long as the transaction lasts.
struct HeldLane {
  int lane = 0;
  std::string listener;
  std::string state;  ///< "active", "paused", "retired"; empty: it is not registered.
};

/// Runs `change` in a transaction that holds the row of (lane, drainer) which the listener's own
/// worker takes, and commits. A busy lane is waited for, `tries` times two seconds; after a
/// deadlock everything is done again, so `change` may run more than once.
/// @throws std::runtime_error in words when relays are too busy; what `change` throws, rolled back.
void under_lane(pg::Connection& connection, int lane, const std::string& listener,
                const std::function<void(const HeldLane&)>& change, int tries = 5);

}  // namespace relay::operate
