#pragma once

#include <limits>
#include <map>
#include <set>
#include <string>

#include "projections/held_keys.hpp"
#include "relay/deliveries/delivery.hpp"

namespace tests {

/// Breaks the rule that only what is earlier holds an event: whatever is open of a key holds all of
/// it, whichever comes first.
inline void hold_whatever_is_first(std::map<std::string, projections::HeldKeys>& held,
                                   const std::set<relay::deliveries::LaneKey>& keys) {
  for (auto& [listener, of_it] : held) {
    for (const auto& key : keys) {
      if (of_it.holds(key.key, std::numeric_limits<std::int64_t>::max())) {
        of_it.hold(key.key, std::numeric_limits<std::int64_t>::min());
      }
    }
  }
}

}  // namespace tests
