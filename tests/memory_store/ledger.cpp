#include "tests/memory_store/ledger.hpp"

#include <algorithm>
#include <tuple>

namespace tests::memory {
namespace {

using relay::deliveries::Delivery;
using relay::deliveries::Remark;

constexpr std::chrono::milliseconds a_hundred_years{3'155'760'000'000};

std::int64_t due_us(const Database& database, const Delivery& delivery) {
  if (delivery.state != DeliveryState::retrying) return 0;
  const auto delay = std::clamp(delivery.delay.value_or(std::chrono::milliseconds{}),
                                std::chrono::milliseconds{}, a_hundred_years);
  return database.now_us() + std::chrono::microseconds{delay}.count();
}

// Numbered on from those of earlier statements; of several of one statement the first stays.
void add_attempt(const Rows& rows, std::vector<AttemptRow>& ours, std::size_t of_before,
                 AttemptRow row) {
  const auto alike = [&](const AttemptRow& other) {
    return other.event_id == row.event_id && other.listener == row.listener;
  };
  if (row.attempt > 0) {
    int last = 0;
    const auto look = [&](const AttemptRow& other) {
      if (alike(other)) last = std::max(last, other.attempt);
    };
    std::ranges::for_each(rows.attempts, look);
    std::for_each(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(of_before), look);
    row.attempt = last + 1;
  }
  const bool there = std::ranges::any_of(
      ours, [&](const AttemptRow& other) { return alike(other) && other.attempt == row.attempt; });
  if (!there) ours.push_back(std::move(row));
}

void insert_attempts(Session& session, const std::vector<Delivery>& deliveries,
                     const std::vector<Remark>& remarks) {
  const Rows& rows = session.database().rows();
  std::vector<AttemptRow>& ours = session.open_transaction().changes.attempts;
  const std::size_t of_before = ours.size();
  for (const Delivery& d : deliveries) {
    if (!d.failed_now) continue;
    add_attempt(rows, ours, of_before, {d.event_id, d.listener, 1, d.error_class, d.error});
  }
  for (const Remark& r : remarks) {
    add_attempt(rows, ours, of_before, {r.event_id, r.listener, 0, r.error_class, r.error});
  }
}

void insert_delivery(Session& session, const Delivery& delivery) {
  Database& database = session.database();
  const std::int64_t place = database.draw_place();
  session.wait_until([&] {
    return !database.is_being_written(delivery.event_id, delivery.listener,
                                      session.open_transaction());
  });
  Transaction& transaction = session.open_transaction();
  if (transaction.delivery(database.rows(), delivery.event_id, delivery.listener) != nullptr)
    return;
  transaction.write({.event_id = delivery.event_id,
                     .listener = delivery.listener,
                     .lane = delivery.lane,
                     .seq = delivery.seq,
                     .key = delivery.key,
                     .state = delivery.state,
                     .attempts = delivery.attempts,
                     .due_us = due_us(database, delivery),
                     .place = place,
                     .error_class = delivery.error_class,
                     .error = delivery.error});
}

void update_deliveries(Session& session, const std::string& listener,
                       const std::vector<Delivery>& changed) {
  Transaction& transaction = session.open_transaction();
  for (const Delivery& after : changed) {
    const DeliveryRow* before =
        transaction.delivery(session.database().rows(), after.event_id, listener);
    if (before == nullptr) continue;  // an UPDATE of no row
    DeliveryRow row = *before;
    row.state = after.state;
    row.attempts = after.attempts;
    row.due_us = due_us(session.database(), after);
    if (!after.error_class.empty()) row.error_class = after.error_class;
    if (!after.error.empty()) row.error = after.error;
    transaction.write(std::move(row));
  }
}

// Waits for the session that has changed or locked it; one that is gone is none.
void lock_event(Session& session, const std::string& id) {
  Rows& rows = session.database().locked_rows();
  Transaction& transaction = session.open_transaction();
  session.wait_until([&] {
    const EventRow* event = rows.event(id);
    return event == nullptr || event->locked_by == nullptr || event->locked_by == &transaction;
  });
  if (EventRow* event = rows.event(id)) transaction.lock(*event);
}

}  // namespace

void record(Session& session, const relay::deliveries::Entries& entries) {
  if (!entries.deliveries.empty()) {
    session.pause(Pause::part);
    std::vector<const Delivery*> in_order;
    for (const Delivery& delivery : entries.deliveries) in_order.push_back(&delivery);
    std::ranges::stable_sort(in_order, {},
                             [](const Delivery* d) { return std::tie(d->seq, d->listener); });
    for (const Delivery* delivery : in_order) insert_delivery(session, *delivery);
  }
  insert_attempts(session, entries.deliveries, entries.remarks);
}

std::vector<std::string> settle(Session& session, const relay::deliveries::Settlement& settlement) {
  if (!settlement.changed.empty()) {
    session.pause(Pause::part);
    update_deliveries(session, settlement.listener, settlement.changed);
  }
  insert_attempts(session, settlement.changed, settlement.remarks);
  if (settlement.done.empty()) return {};
  return end_deliveries(session, settlement.listener, settlement.done);
}

std::vector<std::string> end_deliveries(Session& session, const std::string& listener,
                                        std::vector<std::string> event_ids) {
  session.pause(Pause::part);
  std::ranges::sort(event_ids);  // like everybody who locks several
  if (!session.database().breaks(Rule::event_lock)) {
    for (const std::string& id : event_ids) lock_event(session, id);
  }
  session.pause(Pause::part);  // another snapshot: what another settled meanwhile is seen
  Transaction& transaction = session.open_transaction();
  for (const std::string& id : event_ids) transaction.remove(id, listener);
  session.pause(Pause::part);
  const Rows& rows = session.database().rows();
  std::erase_if(event_ids, [&](const std::string& id) {
    const EventRow* event = rows.event(id);
    bool owes = false;
    transaction.each_delivery(rows,
                              [&](const DeliveryRow& row) { owes = owes || row.event_id == id; });
    return owes || event == nullptr || !event->parked || event->complete;
  });
  return event_ids;
}

void complete(Session& session, const std::vector<std::string>& event_ids) {
  if (event_ids.empty()) return;
  session.pause(Pause::part);
  for (const std::string& id : event_ids) lock_event(session, id);
  auto& ours = session.open_transaction().changes.complete;
  ours.insert(ours.end(), event_ids.begin(), event_ids.end());
}

void park(Session& session, const std::vector<std::string>& event_ids) {
  if (event_ids.empty()) return;
  session.pause(Pause::part);
  for (const std::string& id : event_ids) lock_event(session, id);
  auto& ours = session.open_transaction().changes.park;
  ours.insert(ours.end(), event_ids.begin(), event_ids.end());
}

}  // namespace tests::memory
