#include "relay/store/outbox/claim_events.hpp"

#include <algorithm>

#include "relay/store/outbox/event_rows.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

namespace sql = schema::statements;

// A backlog drains equally fast from 1, 4 or 16 lanes per claim, at half the speed from 64. Four
// leave a second worker enough of them, and at least 32 events of each are read at once.
constexpr int lanes_at_most = 4;
constexpr int events_per_lane_at_least = 32;

// The columns of freshet_claim behind an event's.
struct ClaimColumn {
  enum { open_deliveries = 11, version = 12, counted = 13 };
};

// A careful lane gives its events one by one.
int events_per_claim(const std::vector<lanes::LaneTicket>& tickets, const ClaimLimits& limits) {
  return std::ranges::any_of(tickets, &lanes::LaneTicket::careful) ? 1 : limits.batch_size;
}

// At least one of each lane: its first event always fits.
std::int64_t bytes_per_claim(const std::vector<lanes::LaneTicket>& tickets,
                             const ClaimLimits& limits) {
  return std::max<std::int64_t>(limits.batch_max_bytes, static_cast<std::int64_t>(tickets.size()));
}

// A row without an id stands for a lane that is held and has no event.
pqxx::result take(pg::Connection& connection, const ClaimLimits& limits,
                  const std::vector<lanes::LaneTicket>& tickets, Payloads payloads) {
  std::vector<int> lanes;
  std::vector<std::int64_t> floors;
  for (const lanes::LaneTicket& ticket : tickets) {
    lanes.push_back(ticket.lane);
    floors.push_back(ticket.floor);
  }
  return pg::Script{connection}
      .begin(limits.transaction)
      .add(limits.ordered ? sql::claim_events : sql::claim_unordered,
           {pg::number_array(lanes), pg::number_array(floors),
            std::to_string(events_per_claim(tickets, limits)),
            std::to_string(limits.payload_max_bytes),
            std::to_string(bytes_per_claim(tickets, limits)),
            payloads == Payloads::travel ? "true" : "false",
            payloads == Payloads::stay_with_headers ? "false" : "true"})
      .run();
}

}  // namespace

int lanes_per_claim(const ClaimLimits& limits) {
  return std::clamp(limits.batch_size / events_per_lane_at_least, 1, lanes_at_most);
}

Claim claim_events(pg::Connection& connection, const ClaimLimits& limits,
                   const std::vector<lanes::LaneTicket>& tickets, Payloads payloads) {
  const pqxx::result rows = take(connection, limits, tickets, payloads);
  Claim claim{.events = rows_of(rows)};
  for (const lanes::LaneTicket& ticket : tickets) claim.lanes.push_back({.lane = ticket.lane});
  std::vector<std::int64_t> sizes(tickets.size());
  std::size_t held = 0;
  for (const auto& from : rows) {
    pg::Fields row{from};
    const auto place = static_cast<std::size_t>(
        std::ranges::find(claim.lanes, row[EventColumn::lane].as<int>(), &LaneRead::lane) -
        claim.lanes.begin());
    LaneRead& read = claim.lanes[place];
    held += read.held ? 0 : 1;
    read.held = true;
    if (row[EventColumn::id].is_null()) continue;
    claim.events.rows.push_back(event_row(row));
    ++read.events;
    read.last = claim.events.rows.back().seq;
    read.open_deliveries = row[ClaimColumn::open_deliveries].as<bool>();
    sizes[place] += row[ClaimColumn::counted].as<std::int64_t>();
    if (claim.listeners_version.empty())
      claim.listeners_version = row[ClaimColumn::version].c_str();
  }
  if (held == 0) return claim;
  const auto events = static_cast<std::size_t>(events_per_claim(tickets, limits));
  const std::size_t per_lane = std::max<std::size_t>(1, events / held);
  const std::int64_t bytes_per_lane =
      bytes_per_claim(tickets, limits) / static_cast<std::int64_t>(held);
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    LaneRead& read = claim.lanes[i];
    read.more = read.held && (read.events == per_lane || sizes[i] >= bytes_per_lane);
  }
  return claim;
}

}  // namespace relay::store::outbox
