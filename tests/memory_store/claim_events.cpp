#include <algorithm>

#include "tests/memory_store/claim.hpp"

namespace tests::memory {
namespace {

using relay::store::Claim;
using relay::store::LaneRead;
using relay::store::Payloads;

std::int64_t size_of(const std::optional<std::string>& text) {
  return text ? static_cast<std::int64_t>(text->size()) : 0;
}

// A waiting delivery has one of another state before it, and detached listeners hold their keys
// themselves.
bool any_open(const Rows& rows, int lane) {
  return std::ranges::any_of(rows.deliveries, [&](const DeliveryRow& row) {
    if (row.lane != lane || row.state == DeliveryState::waiting) return false;
    if (row.state == DeliveryState::dead) return true;
    const ListenerRow* listener = rows.listener(row.listener);
    return listener != nullptr && !listener->declaration.detached;
  });
}

std::vector<EventRow*> first_pending(Session& session, std::vector<EventRow>& events, bool ordered,
                                     const relay::lanes::LaneTicket& ticket, std::size_t most) {
  std::vector<EventRow*> found;
  for (EventRow& row : events) {
    if (row.what->lane != ticket.lane || !row.pending() || row.what->seq <= ticket.floor) continue;
    if (ordered || row.locked_by == nullptr) found.push_back(&row);
  }
  std::ranges::sort(found, {}, [](const EventRow* row) { return row->what->seq; });
  if (found.size() > most) found.resize(most);
  if (!ordered) {
    for (EventRow* row : found) session.open_transaction().lock(*row);
  }
  return found;
}

relay::decode::Row travelling(const Published& what, int lane, Payloads payloads,
                              std::int64_t payload_max) {
  relay::decode::Row row = row_of(what, lane);
  const bool travels = payloads == Payloads::travel || row.payload_bytes == 0;
  if (travels && row.payload_bytes <= payload_max) row.payload = what.payload;
  if (payloads != Payloads::stay_with_headers) row.headers = what.headers;
  return row;
}

}  // namespace

std::int64_t counted_bytes(const Published& what) {
  return size_of(what.payload) + size_of(what.headers);
}

relay::decode::Row row_of(const Published& what, int lane) {
  return {.lane = lane,
          .id = what.id,
          .seq = what.seq,
          .type = what.type,
          .aggregate_type = what.aggregate_type,
          .aggregate_id = what.aggregate_id,
          .payload = {},
          .payload_bytes = size_of(what.payload),
          .headers = {},
          .published_us = what.published_us,
          .listener_id = what.listener_id};
}

LaneLimit::LaneLimit(const StoreOptions& options,
                     const std::vector<relay::lanes::LaneTicket>& tickets, int held)
    : bytes(std::max<std::int64_t>(1, options.batch_max_bytes / held)) {
  const bool careful = std::ranges::any_of(tickets, &relay::lanes::LaneTicket::careful);
  if (!careful) events = static_cast<std::size_t>(std::max(1, options.batch_size / held));
}

int take_lanes(Session& session, bool ordered, const std::string& drainer,
               std::vector<LaneRead>& reads) {
  Locks& locks = session.database().locks();
  Transaction& transaction = session.open_transaction();
  Drainer* lanes_of = locks.find(drainer);
  if (lanes_of == nullptr || !lanes_of->announcement.lets_in(transaction)) return 0;
  transaction.share(lanes_of->announcement);
  if (!drainer.empty()) {
    if (!locks.to_all().lets_in(transaction)) return 0;
    transaction.share(locks.to_all());
  }
  int held = 0;
  for (LaneRead& read : reads) {
    LaneLock& lane = lanes_of->lanes.at(static_cast<std::size_t>(read.lane));
    read.held = ordered ? lane.free_for(transaction) : lane.shared_with(transaction);
    read.held = read.held || session.database().breaks(Rule::lane_lock);
    if (!read.held) continue;
    ordered ? transaction.lock(lane) : transaction.share(lane);
    ++held;
  }
  return held;
}

Claim claim_events(Session& session, const StoreOptions& options,
                   const std::vector<relay::lanes::LaneTicket>& tickets, Payloads payloads) {
  session.begin();
  Database& database = session.database();
  std::vector<EventRow> older;
  const bool reads_first = database.breaks(Rule::read_before_lock);
  if (reads_first) older = database.rows().events;
  session.pause();
  Claim claim;
  for (const auto& ticket : tickets) claim.lanes.push_back({.lane = ticket.lane});
  const int held = take_lanes(session, options.ordered, "", claim.lanes);
  if (held == 0) return claim;
  session.pause(Pause::part);  // the read's snapshot is taken after the lanes are held
  const Rows& rows = database.rows();
  std::vector<EventRow>& events = reads_first ? older : database.locked_rows().events;
  const LaneLimit limit{options, tickets, held};
  const auto owner = std::make_shared<Owner>();
  for (std::size_t at = 0; at < tickets.size(); ++at) {
    LaneRead& read = claim.lanes[at];
    if (!read.held) continue;
    std::int64_t bytes = 0;
    for (const EventRow* row :
         first_pending(session, events, options.ordered, tickets[at], limit.events)) {
      if (bytes >= limit.bytes) break;
      const Published& what = *owner->emplace_back(row->what);
      claim.events.rows.push_back(travelling(what, read.lane, payloads, options.payload_max_bytes));
      bytes += counted_bytes(what);
      ++read.events;
      read.last = what.seq;
    }
    read.more = read.events == limit.events || bytes >= limit.bytes;
    read.open_deliveries = read.events > 0 && any_open(rows, read.lane);
  }
  if (!claim.empty()) claim.listeners_version = std::to_string(rows.listeners_version);
  claim.events.owner = owner;
  return claim;
}

}  // namespace tests::memory
