#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relay/operate/dead/dead_filter.hpp"
#include "relay/operate/locks/sweep.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// The dead letters that a filter means, as they were when it was asked.
struct DeadLetters {
  DeadFilter filter;
  std::vector<SweptLane> lanes;
  std::vector<std::string> unordered;  ///< Listeners among them that skip what is dead.
  std::vector<std::string> stopped;    ///< Listeners among them that are not active.
  std::int64_t number = 0;
  std::string last_place;  ///< What dies later is not meant: else a retry might never end.
};

/// @throws UsageError when the filter cannot be meant or names an unknown projection.
[[nodiscard]] DeadLetters find_dead(pg::Connection& connection, const DeadFilter& filter);

/// "3 dead letters: board 2, audit 1."
[[nodiscard]] std::string in_words(const DeadLetters& letters);

/// The next of them in a lane that is held, key by key in order; `chunk_size` at most.
[[nodiscard]] pqxx::result next_chunk(pg::Connection& connection, const DeadLetters& letters,
                                      const HeldLane& lane);

}  // namespace relay::operate
