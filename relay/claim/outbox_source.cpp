#include "relay/claim/outbox_source.hpp"

#include <algorithm>

#include "schema/statements.hpp"

namespace relay::claim {
namespace {

namespace sql = schema::statements;

// A backlog drains equally fast from 1, 4 or 16 lanes per claim, at half the speed from 64. Four
// leave a second worker enough of them, and at least 32 events of each are read at once.
constexpr int lanes_at_most = 4;
constexpr int events_per_lane_at_least = 32;

std::string text(std::chrono::milliseconds duration) {
  return std::to_string(duration.count());
}

std::string read_statement(bool ordered) {
  constexpr std::string_view mark = "/* lock */";
  std::string text{sql::read_events};
  const auto at = text.find(mark);
  return ordered ? text : text.replace(at, mark.size(), "FOR UPDATE SKIP LOCKED");
}

LaneRead& read_of(std::vector<LaneRead>& reads, int lane) {
  return *std::ranges::find(reads, lane, &LaneRead::lane);
}

}  // namespace

OutboxSource::OutboxSource(bool ordered, const ClaimLimits& limits)
    : limits_(limits),
      lock_sql_(ordered ? sql::lock_lanes : sql::share_lanes),
      read_sql_(read_statement(ordered)) {}

int OutboxSource::lanes_per_claim() const {
  return std::clamp(limits_.batch_size / events_per_lane_at_least, 1, lanes_at_most);
}

std::vector<int> OutboxSource::lock(pg::Connection& connection,
                                    const std::vector<LaneTicket>& tickets) const {
  std::vector<int> wanted;
  for (const LaneTicket& ticket : tickets) wanted.push_back(ticket.lane);
  // An idle transaction of ours is one whose process is stuck between two statements.
  const auto idle_limit = limits_.statement_timeout + std::chrono::seconds{5};
  const pqxx::result rows =
      pg::Script{connection}
          .add(sql::begin)
          .add(sql::limits,
               {text(limits_.lock_timeout), text(limits_.statement_timeout), text(idle_limit)})
          .add(sql::plan_by_index)
          .add(lock_sql_, {pg::number_array(wanted)})
          .run();
  std::vector<int> held;
  for (const auto& row : rows) held.push_back(row[0].as<int>());
  return held;
}

Claim OutboxSource::claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets) {
  Claim claim;
  const std::vector<int> held = lock(connection, tickets);
  std::vector<std::int64_t> floors;
  bool careful = false;
  for (const LaneTicket& ticket : tickets) {
    const bool ours = std::ranges::find(held, ticket.lane) != held.end();
    claim.lanes.push_back({.lane = ticket.lane, .held = ours});
    careful = careful || ticket.careful;
  }
  if (held.empty()) return claim;
  for (const int lane : held) {
    floors.push_back(std::ranges::find(tickets, lane, &LaneTicket::lane)->floor);
  }

  const int lanes = static_cast<int>(held.size());
  const int per_lane = careful ? 1 : std::max(1, limits_.batch_size / lanes);
  const std::int64_t bytes_per_lane = limits_.batch_max_bytes / lanes;
  claim.rows = connection.exec(read_sql_, pg::number_array(held), pg::number_array(floors),
                               per_lane, limits_.payload_max_bytes, bytes_per_lane);

  std::vector<std::int64_t> bytes(held.size());
  for (const auto& row : claim.rows) {
    LaneRead& read = read_of(claim.lanes, row[0].as<int>());
    ++read.events;
    read.last_seq = row[2].as<std::int64_t>();
    read.open_deliveries = row[11].as<bool>();
    bytes[static_cast<std::size_t>(std::ranges::find(held, read.lane) - held.begin())] +=
        row[7].is_null() ? 0 : row[7].as<std::int64_t>();
    if (claim.listeners_version.empty()) claim.listeners_version = row[12].c_str();
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    LaneRead& read = read_of(claim.lanes, held[i]);
    read.more = static_cast<int>(read.events) == per_lane || bytes[i] >= bytes_per_lane;
  }
  return claim;
}

}  // namespace relay::claim
