#include "tests/memory_store/transaction.hpp"

#include <algorithm>

namespace tests::memory {
namespace {

bool has(const std::vector<std::pair<std::string, std::string>>& pairs, const std::string& event,
         const std::string& listener) {
  return std::ranges::any_of(
      pairs, [&](const auto& pair) { return pair.first == event && pair.second == listener; });
}

template <class Lock>
void free_of(const Transaction* who, Lock& lock) {
  if (lock.holder == who) lock.holder = nullptr;
  std::erase(lock.sharers, who);
}

bool is_there(const std::vector<AttemptRow>& attempts, const AttemptRow& row) {
  return std::ranges::any_of(attempts, [&](const AttemptRow& other) {
    return other.attempt == row.attempt && other.event_id == row.event_id &&
           other.listener == row.listener;
  });
}

}  // namespace

void Changes::clear() {
  deliveries.clear();
  gone_deliveries.clear();
  attempts.clear();
  complete.clear();
  park.clear();
  cleared_suspects.clear();
  listeners.reset();
  settings.clear();
  listeners_changed = false;
}

void Transaction::lock(LaneLock& lane) {
  lane.holder = this;
  lanes_.push_back(&lane);
}

void Transaction::share(LaneLock& lane) {
  lane.sharers.push_back(this);
  lanes_.push_back(&lane);
}

void Transaction::lock(Announcement& announcement) {
  announcement.holder = this;
  announcements_.push_back(&announcement);
}

void Transaction::share(Announcement& announcement) {
  announcement.sharers.push_back(this);
  announcements_.push_back(&announcement);
}

void Transaction::free(Rows& rows) {
  for (LaneLock* lane : lanes_) free_of(this, *lane);
  for (Announcement* announcement : announcements_) free_of(this, *announcement);
  lanes_.clear();
  announcements_.clear();
  if (!std::exchange(locks_rows_, false)) return;
  for (EventRow& row : rows.events) {
    if (row.locked_by == this) row.locked_by = nullptr;
  }
  for (DeliveryRow& row : rows.deliveries) {
    if (row.locked_by == this) row.locked_by = nullptr;
  }
}

bool Transaction::untouched(const DeliveryRow& row) const {
  return !has(changes.gone_deliveries, row.event_id, row.listener) &&
         std::ranges::none_of(changes.deliveries, [&](const DeliveryRow& ours) {
           return ours.is_of(row.event_id, row.listener);
         });
}

const DeliveryRow* Transaction::delivery(const Rows& rows, const std::string& event_id,
                                         const std::string& listener) const {
  for (const DeliveryRow& ours : changes.deliveries) {
    if (ours.is_of(event_id, listener)) return &ours;
  }
  if (has(changes.gone_deliveries, event_id, listener)) return nullptr;
  return rows.delivery(event_id, listener);
}

void Transaction::write(DeliveryRow row) {
  for (DeliveryRow& ours : changes.deliveries) {
    if (ours.is_of(row.event_id, row.listener)) {
      ours = std::move(row);
      return;
    }
  }
  changes.deliveries.push_back(std::move(row));
}

void Transaction::remove(const std::string& event_id, const std::string& listener) {
  std::erase_if(changes.deliveries,
                [&](const DeliveryRow& row) { return row.is_of(event_id, listener); });
  changes.gone_deliveries.emplace_back(event_id, listener);
}

const ListenerRow* Transaction::listener(const Rows& rows, const std::string& name) const {
  if (!changes.listeners) return rows.listener(name);
  for (const ListenerRow& row : *changes.listeners) {
    if (row.declaration.name == name) return &row;
  }
  return nullptr;
}

std::vector<ListenerRow>& Transaction::listeners(const Rows& rows) {
  if (!changes.listeners) changes.listeners = rows.listeners;
  return *changes.listeners;
}

void Transaction::apply(Rows& rows) const {
  for (const auto& gone : changes.gone_deliveries) {
    std::erase_if(rows.deliveries,
                  [&](const DeliveryRow& row) { return row.is_of(gone.first, gone.second); });
  }
  for (const DeliveryRow& ours : changes.deliveries) {
    const auto known = std::ranges::find_if(rows.deliveries, [&](const DeliveryRow& row) {
      return row.is_of(ours.event_id, ours.listener);
    });
    known == rows.deliveries.end() ? rows.deliveries.push_back(ours) : void(*known = ours);
  }
  for (const AttemptRow& row : changes.attempts) {
    if (!is_there(rows.attempts, row)) rows.attempts.push_back(row);
  }
  for (const std::string& id : changes.park) {
    if (EventRow* event = rows.event(id)) event->parked = true;
  }
  for (const std::string& id : changes.complete) {
    EventRow* event = rows.event(id);
    if (event == nullptr) continue;  // somebody deleted it
    event->complete = true;
    event->parked = false;
  }
  for (const auto& cleared : changes.cleared_suspects) {
    std::erase_if(rows.suspects, [&](const SuspectRow& row) {
      return row.event_id == cleared.first && row.listener == cleared.second;
    });
  }
  if (changes.listeners) rows.listeners = *changes.listeners;
  for (const auto& [name, value] : changes.settings) rows.settings[name] = value;
  if (changes.listeners_changed) ++rows.listeners_version;
}

}  // namespace tests::memory
