#include "relay/claim/kept_floors.hpp"

#include "projections/failpoint.hpp"

namespace relay::claim {

bool same_server(const std::string& one, const std::string& other) {
  return one == other || projections::sabotaged("floors_kept_across_failover");
}

std::vector<std::int64_t> floors_that_hold(const KeptFloors& kept, const std::string& server,
                                           std::int64_t last_seq, int lanes) {
  const bool gone_back =
      last_seq < kept.last_seq && !projections::sabotaged("floors_kept_across_failover");
  if (kept.server.empty() || !same_server(kept.server, server) || gone_back ||
      std::ssize(kept.floors) != lanes) {
    return {};
  }
  return kept.floors;
}

}  // namespace relay::claim
