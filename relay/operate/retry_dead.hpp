#pragma once

#include <string>

#include "relay/operate/dead_letters.hpp"
#include "relay/operate/sweep.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What retrying them would mean, in words, for the question before it.
[[nodiscard]] std::string before_retrying(const DeadLetters& letters);

/// Puts dead letters back into the queue, key by key in order, with no attempt counted. What waits
/// behind them follows when they have passed. @return what was done, in words.
std::string retry_dead(pg::Connection& connection, const DeadLetters& letters,
                       const Progress& progress);

}  // namespace relay::operate
