#pragma once

#include <chrono>
#include <functional>

#include "relay/pg/lane_change.hpp"

namespace relay::operate {

/// pg::under_lanes_of for an operator: one who changes at the same time is waited for, and a batch
/// that does not end is named in words. `change` may run more than once.
/// @throws std::runtime_error in words when relays are too busy; what `change` throws, rolled back.
void change_listeners(pg::Connection& connection, const pg::Concerned& whom,
                      const std::function<void()>& change);
void change_listeners(pg::Connection& connection, const pg::Concerned& whom,
                      const std::function<void()>& change, std::chrono::milliseconds patience);

}  // namespace relay::operate
