#pragma once

#include <cstdint>

#include "relay/operate/dead/dead_letters.hpp"
#include "relay/operate/locks/sweep.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

struct Retried {
  std::int64_t number = 0;  ///< Dead letters; 0: none was left by then.
};

/// Puts dead letters back into the queue, key by key in order, with no attempt counted. What waits
/// behind them follows when they have passed.
Retried retry_dead(pg::Connection& connection, const DeadLetters& letters,
                   const Progress& progress);

}  // namespace relay::operate
