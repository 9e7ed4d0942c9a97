#include <algorithm>

#include "tests/memory_store/claim.hpp"

namespace tests::memory {
namespace {

using relay::lanes::LaneTicket;
using relay::store::Claim;
using relay::store::DeliveryQueue;
using relay::store::LaneRead;
using relay::store::Taken;

// In the order of `by`, so many at most; where nothing is ordered, locked ones are stepped over.
template <class Is, class By>
std::vector<DeliveryRow*> first_of_lane(Session& session, bool ordered, std::size_t most, Is is,
                                        By by) {
  std::vector<DeliveryRow*> found;
  for (DeliveryRow& row : session.database().locked_rows().deliveries) {
    if (is(row) && (ordered || row.locked_by == nullptr)) found.push_back(&row);
  }
  std::ranges::sort(found, {}, [&](const DeliveryRow* row) { return row->*by; });
  if (found.size() > most) found.resize(most);
  if (!ordered) {
    for (DeliveryRow* row : found) session.open_transaction().lock(*row);
  }
  return found;
}

// Those whose retry is due, then those that are ready, each in order of their places.
std::vector<DeliveryRow*> next_of_lane(Session& session, bool ordered, const std::string& listener,
                                       const LaneTicket& ticket, std::size_t most) {
  const std::int64_t now = session.database().now_us();
  const auto of_lane = [&](const DeliveryRow& row, DeliveryState state) {
    return row.state == state && row.lane == ticket.lane && row.listener == listener;
  };
  std::vector<DeliveryRow*> due = first_of_lane(
      session, ordered, most,
      [&](const DeliveryRow& row) {
        return of_lane(row, DeliveryState::retrying) && row.due_us <= now;
      },
      &DeliveryRow::due_us);
  std::ranges::sort(due, {}, &DeliveryRow::place);
  const std::vector<DeliveryRow*> ready = first_of_lane(
      session, ordered, most,
      [&](const DeliveryRow& row) {
        return of_lane(row, DeliveryState::ready) && row.place > ticket.floor;
      },
      &DeliveryRow::place);
  due.insert(due.end(), ready.begin(), ready.end());
  if (due.size() > most) due.resize(most);
  return due;
}

Taken taken_of(const Rows& rows, const DeliveryRow& row, bool skip_dead) {
  Taken taken{.attempts = row.attempts, .place = row.place, .key = row.key};
  for (const DeliveryRow& other : rows.deliveries) {
    if (other.seq >= row.seq || other.lane != row.lane || other.listener != row.listener) continue;
    if (other.key != row.key || (skip_dead && other.state == DeliveryState::dead)) continue;
    taken.before_seq = std::max(taken.before_seq.value_or(other.seq), other.seq);
  }
  return taken;
}

// A delivery may be left of an event that is gone.
std::shared_ptr<const Published> event_of(const Rows& rows, const DeliveryRow& row) {
  if (const EventRow* event = rows.event(row.event_id)) return event->what;
  auto gone = std::make_shared<Published>();
  gone->id = row.event_id;
  return gone;
}

bool waits_for(const Rows& rows, const std::string& listener) {
  return std::ranges::any_of(rows.deliveries, [&](const DeliveryRow& row) {
    return row.state == DeliveryState::waiting && row.listener == listener;
  });
}

}  // namespace

Claim claim_deliveries(Session& session, const StoreOptions& options, const DeliveryQueue& queue,
                       const std::vector<LaneTicket>& tickets) {
  session.begin();
  session.pause();
  Claim claim;
  for (const LaneTicket& ticket : tickets) claim.lanes.push_back({.lane = ticket.lane});
  const int held = take_lanes(session, options.ordered, queue.drainer, claim.lanes);
  if (held == 0) return claim;
  session.pause();
  const Rows& rows = session.database().rows();
  const LaneLimit limit{options, tickets, held};
  const auto owner = std::make_shared<Owner>();
  for (std::size_t at = 0; at < tickets.size(); ++at) {
    LaneRead& read = claim.lanes[at];
    if (!read.held) continue;
    std::int64_t bytes = 0;
    for (const DeliveryRow* delivery :
         next_of_lane(session, options.ordered, queue.listener, tickets[at], limit.events)) {
      if (bytes >= limit.bytes) break;
      const Published& what = *owner->emplace_back(event_of(rows, *delivery));
      relay::decode::Row& row = claim.events.rows.emplace_back(row_of(what, read.lane));
      row.seq = delivery->seq;
      if (row.payload_bytes <= options.payload_max_bytes) row.payload = what.payload;
      row.headers = what.headers;
      bytes += counted_bytes(what);
      ++read.events;
      // A retry that is due has an old place: only what was ready moves the floor.
      if (delivery->state == DeliveryState::ready) read.last = std::max(read.last, delivery->place);
      claim.taken.emplace(what.id, taken_of(rows, *delivery, queue.skip_dead));
    }
    read.more = read.events == limit.events || bytes >= limit.bytes;
  }
  if (!claim.empty()) {
    claim.listeners_version = std::to_string(rows.listeners_version);
    claim.any_waiting = waits_for(rows, queue.listener);
  }
  claim.events.owner = owner;
  return claim;
}

}  // namespace tests::memory
