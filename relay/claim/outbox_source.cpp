#include "relay/claim/outbox_source.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"
#include "schema/statements.hpp"

namespace relay::claim {
namespace {

namespace sql = schema::statements;

// A backlog drains equally fast from 1, 4 or 16 lanes per claim, at half the speed from 64. Four
// leave a second worker enough of them, and at least 32 events of each are read at once.
constexpr int lanes_at_most = 4;
constexpr int events_per_lane_at_least = 32;

std::string read_statement(bool ordered) {
  constexpr std::string_view mark = "/* lock */";
  std::string text{sql::read_events};
  const auto at = text.find(mark);
  return ordered ? text : text.replace(at, mark.size(), "FOR UPDATE SKIP LOCKED");
}

}  // namespace

OutboxSource::OutboxSource(bool ordered, const ClaimLimits& limits)
    : limits_(limits), ordered_(ordered), read_sql_(read_statement(ordered)) {}

int OutboxSource::lanes_per_claim() const {
  return std::clamp(limits_.batch_size / events_per_lane_at_least, 1, lanes_at_most);
}

Claim OutboxSource::claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets) {
  Claim claim;
  const auto read_lanes = [&](const HeldLanes& lanes) {
    return connection.exec(read_sql_, pg::number_array(lanes.lanes), pg::number_array(lanes.floors),
                           lanes.per_lane, limits_.payload_max_bytes, lanes.bytes_per_lane);
  };
  const bool too_early = projections::sabotaged("lanes_read_before_locked");
  pqxx::result early;
  if (too_early) {
    HeldLanes wanted{.per_lane = limits_.batch_size, .bytes_per_lane = limits_.batch_max_bytes};
    wanted.lanes.push_back(tickets[0].lane);
    wanted.floors.push_back(tickets[0].floor);
    early = read_lanes(wanted);
  }
  const HeldLanes held = lock_lanes(connection, limits_, ordered_, "", tickets, claim.lanes);
  if (held.lanes.empty() || (too_early && held.lanes[0] != tickets[0].lane)) return claim;
  claim.rows = too_early ? early : read_lanes(held);

  std::vector<std::int64_t> bytes(held.lanes.size());
  for (const auto& row : claim.rows) {
    LaneRead& read = read_of(claim.lanes, row[0].as<int>());
    ++read.events;
    read.last = row[2].as<std::int64_t>();
    read.open_deliveries = row[11].as<bool>();
    bytes[held.place_of(read.lane)] += row[7].is_null() ? 0 : row[7].as<std::int64_t>();
    if (claim.listeners_version.empty()) claim.listeners_version = row[12].c_str();
  }
  for (std::size_t i = 0; i < held.lanes.size(); ++i) {
    LaneRead& read = read_of(claim.lanes, held.lanes[i]);
    read.more = static_cast<int>(read.events) == held.per_lane || bytes[i] >= held.bytes_per_lane;
  }
  return claim;
}

}  // namespace relay::claim
