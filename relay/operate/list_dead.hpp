#pragma once

#include <string>

#include "relay/operate/dead_letters.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Dead letters, the oldest failure first. @param limit how many are shown; the rest is counted.
/// @return a table for people, or one JSON object: `dead` (a list) and `total`.
/// @throws UsageError as `find_dead`.
[[nodiscard]] std::string list_dead(pg::Connection& connection, const DeadFilter& filter, int limit,
                                    bool json);

}  // namespace relay::operate
