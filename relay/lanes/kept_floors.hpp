#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace relay::lanes {

/// By listener: of its deliveries; "": of the first pass. Each by lane.
using Floors = std::map<std::string, std::vector<std::int64_t>>;

/// Floors as they are kept in the database, where they outlive who learned them.
struct KeptFloors {
  std::string server;                ///< Of which server and sequences; "": none are kept.
  std::int64_t last = 0;             ///< The last that it had handed out by then.
  std::vector<std::int64_t> floors;  ///< By lane.
};

/// What is kept, if it holds where one reads now: on the same server, in the same timeline, and of
/// the same sequence, which has not gone back since. Else nothing. Pure.
[[nodiscard]] std::vector<std::int64_t> floors_that_hold(const KeptFloors& kept,
                                                         const std::string& server,
                                                         std::int64_t last, int lanes);

}  // namespace relay::lanes
