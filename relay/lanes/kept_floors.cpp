#include "relay/lanes/kept_floors.hpp"

namespace relay::lanes {

std::vector<std::int64_t> floors_that_hold(const KeptFloors& kept, const std::string& server,
                                           std::int64_t last, int lanes) {
  const bool hold = !kept.server.empty() && kept.server == server && kept.last <= last &&
                    std::ssize(kept.floors) == lanes;
  return hold ? kept.floors : std::vector<std::int64_t>{};
}

}  // namespace relay::lanes
