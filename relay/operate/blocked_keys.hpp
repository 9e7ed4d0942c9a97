#pragma once

#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Keys whose deliveries wait, as a table for people: for whom, since when, behind what, how many;
/// the oldest failure first. @param projection only this one's; empty: all.
/// @param limit how many keys are shown; the rest is counted.
/// @throws UsageError when the projection is unknown.
[[nodiscard]] std::string blocked_keys(pg::Connection& connection, const std::string& projection,
                                       int limit);

}  // namespace relay::operate
