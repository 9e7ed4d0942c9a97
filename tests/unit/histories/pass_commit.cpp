#include <algorithm>

#include "tests/unit/histories/checker.hpp"
#include "tests/unit/histories/pass.hpp"

namespace tests::histories {

using relay::deliveries::Delivery;
using relay::deliveries::LaneKey;

// What a transaction writes before it commits, as far as others can tell: places are drawn,
// conflicts are looked for, rows are locked. @return false: it waits for a lock.
bool Pass::write() {
  Tables& tables = world_.tables;
  if (drains_ != nullptr) {
    if (world_.broken == Broken::event_lock) {
      counted_free_ = free_of(drain_.settlement.done);
      return true;
    }
    return lock_events(drain_.settlement.done);
  }
  std::vector<Delivery> in_order = outcome_.entries.deliveries;
  std::ranges::stable_sort(in_order, {}, [](const Delivery& d) {
    return std::pair{d.seq, d.listener};
  });
  for (Delivery& entry : in_order) {
    check_change(world_, nullptr, entry);
    const std::int64_t place = ++tables.last_place;
    const int listener = Tables::listener_of(entry.listener);
    if (tables.find(listener, Tables::event_of(entry.event_id)) != nullptr) continue;
    inserted_.emplace_back(std::move(entry), place);
  }
  return true;
}

bool Pass::lock_events(const std::vector<std::string>& ids) {
  const auto row = [this](const std::string& id) -> EventRow& {
    return world_.tables.event(Tables::event_of(id));
  };
  const bool free = std::ranges::all_of(ids, [&](const std::string& id) {
    return row(id).locked_by == 0 || row(id).locked_by == id_;
  });
  if (!free) return false;
  for (const std::string& id : ids) row(id).locked_by = id_;
  return true;
}

// settled_events, when the deliveries of ours are deleted.
std::vector<std::string> Pass::free_of(const std::vector<std::string>& done) const {
  std::vector<std::string> free;
  for (const std::string& id : done) {
    const int at = Tables::event_of(id);
    const EventRow& event = world_.tables.event(at);
    const bool others = std::ranges::any_of(world_.tables.open, [&](const DeliveryRow& row) {
      return row.event == at && row.listener != drains_->index();
    });
    if (event.parked && !event.complete && !others) free.push_back(id);
  }
  return free;
}

bool Pass::commit() {
  if (drains_ == nullptr) {
    std::vector<std::string> both = outcome_.complete;
    both.insert(both.end(), outcome_.park.begin(), outcome_.park.end());
    if (!lock_events(both)) return false;
    book_effects(world_, doings_);
    commit_first_pass();
    check_nothing_lost(world_, both);
  } else {
    book_effects(world_, doings_);
    commit_drain();
  }
  return true;
}

void Pass::commit_first_pass() {
  Tables& tables = world_.tables;
  for (const auto& [entry, place] : inserted_) {
    const int listener = Tables::listener_of(entry.listener);
    const int at = Tables::event_of(entry.event_id);
    tables.open.push_back({.event = at,
                           .listener = listener,
                           .state = entry.state,
                           .attempts = entry.attempts,
                           .due_ms = entry.delay ? tables.now_ms + entry.delay->count() : 0,
                           .place = place});
    note_dead(entry);
    if (entry.state == State::ready) ready_[entry.listener].insert(entry.lane);
  }
  for (const auto& [name, keys] : outcome_.promote) {
    if (world_.broken == Broken::promotion) break;
    for (const LaneKey& key : keys) {
      tables.promote(Tables::listener_of(name), key, world_.promoted_at_once);
      ready_[name].insert(key.lane);
    }
  }
  for (const std::string& id : outcome_.complete) {
    tables.event(Tables::event_of(id)).complete = true;
    tables.event(Tables::event_of(id)).parked = false;
  }
  for (const std::string& id : outcome_.park) tables.event(Tables::event_of(id)).parked = true;
}

// A dead letter that is skipped may come out of order later on.
void Pass::note_dead(const Delivery& entry) {
  if (entry.state != State::dead) return;
  ++world_.dead;
  const int listener = Tables::listener_of(entry.listener);
  const int at = Tables::event_of(entry.event_id);
  Cell& cell = world_.tables.cell(listener, at);
  if (world_.tables.event(at).unreadable) ++cell.failures;  // no handler was asked
  cell.late = cell.late || !world_.tables.blocks(listener);
}

void Pass::commit_drain() {
  Tables& tables = world_.tables;
  const int listener = drains_->index();
  for (const Delivery& after : drain_.settlement.changed) {
    DeliveryRow* row = tables.find(listener, Tables::event_of(after.event_id));
    if (row == nullptr) continue;  // an UPDATE of no row
    check_change(world_, row, after);
    row->state = after.state;
    row->attempts = after.attempts;
    row->due_ms = after.delay ? tables.now_ms + after.delay->count() : 0;
    note_dead(after);
  }
  for (const std::string& id : drain_.settlement.done) {
    const int at = Tables::event_of(id);
    const EventRow& event = tables.event(at);
    Cell& cell = tables.cell(listener, at);
    if (!cell.effect) {
      if (drains_->wants(event.type, event.listener_id))
        throw Violation{id + ": settled, not done"};
      cell.passed_over = true;
    }
    tables.delete_delivery(listener, at);
  }
  const bool late = world_.broken != Broken::event_lock;
  for (const std::string& id : late ? free_of(drain_.settlement.done) : counted_free_) {
    tables.event(Tables::event_of(id)).complete = true;
    tables.event(Tables::event_of(id)).parked = false;
  }
  if (world_.broken == Broken::promotion) return;
  if (world_.broken == Broken::waiting_by_then && !claim_.any_waiting) return;
  for (const LaneKey& key : drain_.promote) {
    tables.promote(listener, key, world_.promoted_at_once);
    ready_[drains_->name()].insert(key.lane);
  }
}

}  // namespace tests::histories
