#include "relay/claim/outbox_source.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"
#include "relay/pg/fields.hpp"
#include "schema/statements.hpp"

namespace relay::claim {
namespace {

namespace sql = schema::statements;

// A backlog drains equally fast from 1, 4 or 16 lanes per claim, at half the speed from 64. Four
// leave a second worker enough of them, and at least 32 events of each are read at once.
constexpr int lanes_at_most = 4;
constexpr int events_per_lane_at_least = 32;

// The columns of freshet_claim that are looked at here.
struct EventColumn {
  enum { lane = 0, id = 1, seq = 2, open_deliveries = 11, version = 12, counted = 13 };
};

// A careful lane gives its events one by one.
int events_per_claim(const std::vector<LaneTicket>& tickets, const ClaimLimits& limits) {
  return std::ranges::any_of(tickets, &LaneTicket::careful) ? 1 : limits.batch_size;
}

}  // namespace

int OutboxSource::lanes_per_claim() const {
  return std::clamp(limits_.batch_size / events_per_lane_at_least, 1, lanes_at_most);
}

pqxx::result OutboxSource::take(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
                                Payloads payloads) const {
  std::vector<int> lanes;
  std::vector<std::int64_t> floors;
  for (const LaneTicket& ticket : tickets) {
    lanes.push_back(ticket.lane);
    floors.push_back(ticket.floor);
  }
  pg::Script script{connection};
  begin(script, limits_);
  return script
      .add(ordered_ ? sql::claim_events : sql::claim_unordered,
           {pg::number_array(lanes), pg::number_array(floors),
            std::to_string(events_per_claim(tickets, limits_)),
            std::to_string(limits_.payload_max_bytes), std::to_string(limits_.batch_max_bytes),
            payloads == Payloads::travel ? "true" : "false",
            payloads == Payloads::stay_with_headers ? "false" : "true"})
      .run();
}

Claim OutboxSource::claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
                          Payloads payloads) {
  Claim claim;
  claim.rows = take(connection, tickets, payloads);
  if (projections::sabotaged("lanes_read_before_locked")) {
    connection.exec("ROLLBACK");
    if (take(connection, tickets, payloads).empty()) claim.rows = {};
  }
  if (projections::sabotaged("no_lane_lock")) connection.exec("COMMIT; BEGIN");

  for (const LaneTicket& ticket : tickets) claim.lanes.push_back({.lane = ticket.lane});
  std::vector<std::int64_t> sizes(tickets.size());
  std::size_t held = 0;
  for (const auto& from : claim.rows) {
    pg::Fields row{from};
    const auto place = static_cast<std::size_t>(
        std::ranges::find(claim.lanes, row[EventColumn::lane].as<int>(), &LaneRead::lane) -
        claim.lanes.begin());
    LaneRead& read = claim.lanes[place];
    held += read.held ? 0 : 1;
    read.held = true;
    if (row[EventColumn::id].is_null()) continue;
    ++read.events;
    read.last = row[EventColumn::seq].as<std::int64_t>();
    read.open_deliveries = row[EventColumn::open_deliveries].as<bool>();
    sizes[place] += row[EventColumn::counted].as<std::int64_t>();
    if (claim.listeners_version.empty())
      claim.listeners_version = row[EventColumn::version].c_str();
  }
  if (held == 0) return claim;
  const auto events = static_cast<std::size_t>(events_per_claim(tickets, limits_));
  const std::size_t per_lane = std::max<std::size_t>(1, events / held);
  const std::int64_t bytes_per_lane = limits_.batch_max_bytes / static_cast<std::int64_t>(held);
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    LaneRead& read = claim.lanes[i];
    read.more = read.held && (read.events == per_lane || sizes[i] >= bytes_per_lane);
  }
  return claim;
}

}  // namespace relay::claim
