#include "relay/claim/delivery_source.hpp"

#include <algorithm>
#include <utility>

#include "schema/statements.hpp"

namespace relay::claim {
namespace {

// The columns of read_deliveries.sql behind those that it shares with freshet_claim (V010).
struct DeliveryColumn {
  enum {
    lane = 0,
    id = 1,
    before_seq = 11,
    version,
    attempts,
    place,
    turn,
    key,
    any_waiting,
    counted
  };
};

std::string read_statement(bool ordered) {
  constexpr std::string_view mark = "/* lock */";
  constexpr std::string_view lock = "FOR UPDATE SKIP LOCKED";
  std::string text{schema::statements::read_deliveries};
  if (ordered) return text;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), lock);
  }
  return text;
}

}  // namespace

DeliverySource::DeliverySource(DeliveryQueue queue, bool ordered, const ClaimLimits& limits)
    : queue_(std::move(queue)),
      ordered_(ordered),
      limits_(limits),
      read_sql_(read_statement(ordered)) {}

Claim DeliverySource::claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
                            Payloads /*payloads*/) {
  Claim claim;
  const HeldLanes held =
      lock_lanes(connection, limits_, ordered_, queue_.drainer, tickets, claim.lanes);
  if (held.lanes.empty()) return claim;
  claim.rows = connection.exec(read_sql_, pg::number_array(held.lanes),
                               pg::number_array(held.floors), queue_.listener, held.per_lane,
                               limits_.payload_max_bytes, held.bytes_per_lane, queue_.skip_dead);
  std::vector<std::int64_t> sizes(held.lanes.size());
  for (const auto& row : claim.rows) {
    LaneRead& read = read_of(claim.lanes, row[DeliveryColumn::lane].as<int>());
    Taken taken{.attempts = row[DeliveryColumn::attempts].as<int>(),
                .place = row[DeliveryColumn::place].as<std::int64_t>(),
                .key = row[DeliveryColumn::key].c_str()};
    if (!row[DeliveryColumn::before_seq].is_null())
      taken.before_seq = row[DeliveryColumn::before_seq].as<std::int64_t>();
    ++read.events;
    // A retry that is due has an old place: only what was ready moves the floor.
    if (row[DeliveryColumn::turn].as<int>() == 1) read.last = std::max(read.last, taken.place);
    sizes[held.place_of(read.lane)] += row[DeliveryColumn::counted].as<std::int64_t>();
    claim.taken.emplace(row[DeliveryColumn::id].c_str(), std::move(taken));
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

}  // namespace relay::claim
