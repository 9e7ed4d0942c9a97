#pragma once

#include <cstdint>
#include <string>

#include "relay/operate/dead/dead_letters.hpp"
#include "relay/operate/locks/sweep.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

struct Discarded {
  std::int64_t number = 0;  ///< Dead letters; 0: none was left by then.
};

/// Gives dead letters up for good: the projection never sees them, events that no other listener is
/// owed are completed, what waited behind goes on. Their failures stay in `event_attempt`.
/// @param reason why, for the operator's log; must say something. @throws UsageError when it does
/// not.
Discarded discard_dead(pg::Connection& connection, const DeadLetters& letters,
                       const std::string& reason, const Progress& progress);

}  // namespace relay::operate
