#include "relay/store/outbox/held_lanes.hpp"

#include <algorithm>

#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace sql = schema::statements;

std::size_t HeldLanes::place_of(int lane) const {
  return static_cast<std::size_t>(std::ranges::find(lanes, lane) - lanes.begin());
}

HeldLanes lock_lanes(pg::Connection& connection, const ClaimLimits& limits,
                     const std::string& drainer, const std::vector<lanes::LaneTicket>& tickets,
                     std::vector<LaneRead>& reads) {
  std::vector<int> wanted;
  for (const lanes::LaneTicket& ticket : tickets) wanted.push_back(ticket.lane);
  const pqxx::result rows = pg::Script{connection}
                                .begin(limits.transaction)
                                .add(sql::plan_by_index)
                                .add(limits.ordered ? sql::lock_lanes : sql::share_lanes,
                                     {pg::number_array(wanted), drainer})
                                .run();
  HeldLanes held;
  for (const auto& row : rows) held.lanes.push_back(row[0].as<int>());
  bool careful = false;
  for (const lanes::LaneTicket& ticket : tickets) {
    const bool ours = std::ranges::find(held.lanes, ticket.lane) != held.lanes.end();
    reads.push_back({.lane = ticket.lane, .held = ours});
    careful = careful || ticket.careful;
  }
  if (held.lanes.empty()) return held;
  for (const int lane : held.lanes) {
    held.floors.push_back(std::ranges::find(tickets, lane, &lanes::LaneTicket::lane)->floor);
  }
  const int lanes = static_cast<int>(held.lanes.size());
  held.per_lane = careful ? 1 : std::max(1, limits.batch_size / lanes);
  held.bytes_per_lane = std::max<std::int64_t>(1, limits.batch_max_bytes / lanes);
  return held;
}

LaneRead& read_of(std::vector<LaneRead>& reads, int lane) {
  return *std::ranges::find(reads, lane, &LaneRead::lane);
}

}  // namespace relay::store::outbox
