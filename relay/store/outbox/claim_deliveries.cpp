#include "relay/store/outbox/claim_deliveries.hpp"

#include <algorithm>

#include "relay/store/outbox/event_rows.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

// The columns of read_deliveries.sql behind an event's.
struct DeliveryColumn {
  enum { before_seq = 11, version, attempts, place, turn, key, any_waiting, counted };
};

std::string unordered_statement() {
  constexpr std::string_view mark = "/* lock */";
  constexpr std::string_view lock = "FOR UPDATE SKIP LOCKED";
  std::string text{schema::statements::read_deliveries};
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), lock);
  }
  return text;
}

std::string_view read_statement(bool ordered) {
  if (ordered) return schema::statements::read_deliveries;
  static const std::string unordered = unordered_statement();
  return unordered;
}

}  // namespace

Claim claim_deliveries(pg::Connection& connection, const ClaimLimits& limits,
                       const DeliveryQueue& queue, const std::vector<lanes::LaneTicket>& tickets) {
  Claim claim;
  const HeldLanes held = lock_lanes(connection, limits, queue.drainer, tickets, claim.lanes);
  if (held.lanes.empty()) return claim;
  const pqxx::result rows =
      connection.exec(read_statement(limits.ordered), pg::number_array(held.lanes),
                      pg::number_array(held.floors), queue.listener, held.per_lane,
                      limits.payload_max_bytes, held.bytes_per_lane, queue.skip_dead);
  claim.events = rows_of(rows);
  std::vector<std::int64_t> sizes(held.lanes.size());
  for (const auto& from : rows) {
    pg::Fields row{from};
    const decode::Row& event = claim.events.rows.emplace_back(event_row(row));
    LaneRead& read = read_of(claim.lanes, event.lane);
    Taken taken{.attempts = row[DeliveryColumn::attempts].as<int>(),
                .place = row[DeliveryColumn::place].as<std::int64_t>(),
                .key = row[DeliveryColumn::key].c_str()};
    if (!row[DeliveryColumn::before_seq].is_null())
      taken.before_seq = row[DeliveryColumn::before_seq].as<std::int64_t>();
    ++read.events;
    // A retry that is due has an old place: only what was ready moves the floor.
    if (row[DeliveryColumn::turn].as<int>() == 1) read.last = std::max(read.last, taken.place);
    sizes[held.place_of(read.lane)] += row[DeliveryColumn::counted].as<std::int64_t>();
    claim.taken.emplace(event.id, std::move(taken));
    claim.any_waiting = row[DeliveryColumn::any_waiting].as<bool>();
    if (claim.listeners_version.empty())
      claim.listeners_version = row[DeliveryColumn::version].c_str();
  }
  for (std::size_t i = 0; i < held.lanes.size(); ++i) {
    LaneRead& read = read_of(claim.lanes, held.lanes[i]);
    read.more = static_cast<int>(read.events) == held.per_lane || sizes[i] >= held.bytes_per_lane;
  }
  return claim;
}

}  // namespace relay::store::outbox
