#include "tests/unit/histories/tables.hpp"

#include <algorithm>

namespace tests::histories {

using relay::deliveries::LaneKey;

DeliveryRow* Tables::find(int listener, int event_at) {
  const auto found = std::ranges::find_if(open, [&](const DeliveryRow& row) {
    return row.event == event_at && row.listener == listener;
  });
  return found == open.end() ? nullptr : &*found;
}

bool Tables::all_lanes_free() const {
  return std::ranges::all_of(lane_holders, [](const auto& drainers) {
    return std::ranges::all_of(drainers, [](int holder) { return holder == 0; });
  });
}

std::optional<std::int64_t> Tables::probe_lane(int lane, std::int64_t floor) const {
  std::optional<std::int64_t> lowest;
  for (const EventRow& row : events) {
    if (row.lane != lane || !row.pending() || row.seq <= floor) continue;
    if (!lowest || row.seq < *lowest) lowest = row.seq;
  }
  return lowest;
}

std::optional<std::int64_t> Tables::probe_delivery(int listener, int lane,
                                                   std::int64_t floor) const {
  std::optional<std::int64_t> lowest;
  for (const DeliveryRow& row : open) {
    if (row.listener != listener || event(row.event).lane != lane) continue;
    if (row.state != State::ready || row.place <= floor) continue;
    if (!lowest || row.place < *lowest) lowest = row.place;
  }
  return lowest;
}

bool Tables::probe_retry(int listener, int lane) const {
  return std::ranges::any_of(open, [&](const DeliveryRow& row) {
    return row.listener == listener && event(row.event).lane == lane &&
           row.state == State::retrying && row.due_ms <= now_ms;
  });
}

std::vector<int> Tables::read_events(int lane, std::int64_t floor, int most) const {
  std::vector<int> found;
  for (int at = 0; at < static_cast<int>(events.size()); ++at) {
    const EventRow& row = event(at);
    if (row.lane == lane && row.pending() && row.seq > floor) found.push_back(at);
  }
  std::ranges::sort(found, {}, [&](int at) { return event(at).seq; });
  if (std::ssize(found) > most) found.resize(static_cast<std::size_t>(most));
  return found;
}

std::vector<TakenRow> Tables::read_deliveries(int listener, int lane, std::int64_t floor, int most,
                                              bool skip_dead) const {
  std::vector<TakenRow> due;
  std::vector<TakenRow> ready;
  for (const DeliveryRow& row : open) {
    if (row.listener != listener || event(row.event).lane != lane) continue;
    if (row.state == State::retrying && row.due_ms <= now_ms) due.push_back({row, 0});
    if (row.state == State::ready && row.place > floor) ready.push_back({row, 1});
  }
  const auto limit = [most](std::vector<TakenRow>& rows) {
    if (std::ssize(rows) > most) rows.erase(rows.begin() + most, rows.end());
  };
  std::ranges::sort(due, {}, [](const TakenRow& t) { return t.row.due_ms; });
  limit(due);
  std::ranges::sort(due, {}, [](const TakenRow& t) { return t.row.place; });
  std::ranges::sort(ready, {}, [](const TakenRow& t) { return t.row.place; });
  due.insert(due.end(), ready.begin(), ready.end());
  limit(due);
  for (TakenRow& taken : due) {
    const EventRow& own = event(taken.row.event);
    for (const DeliveryRow& row : open) {
      const EventRow& other = event(row.event);
      if (row.listener != listener || other.key != own.key || other.seq >= own.seq) continue;
      if (row.state == State::dead && skip_dead) continue;
      taken.before_seq = std::max(taken.before_seq.value_or(other.seq), other.seq);
    }
  }
  return due;
}

bool Tables::any_open(int lane) const {
  return std::ranges::any_of(open,
                             [&](const DeliveryRow& row) { return event(row.event).lane == lane; });
}

bool Tables::any_waiting(int listener) const {
  return std::ranges::any_of(open, [&](const DeliveryRow& row) {
    return row.listener == listener && row.state == State::waiting;
  });
}

std::map<std::string, projections::HeldKeys> Tables::held_keys(
    const std::set<LaneKey>& keys) const {
  std::map<std::string, projections::HeldKeys> held;
  for (const DeliveryRow& row : open) {
    const EventRow& own = event(row.event);
    if (!keys.contains({own.lane, own.key})) continue;
    if (!listener(row.listener).there || listener(row.listener).declaration.detached) continue;
    if (row.state == State::dead && !blocks(row.listener)) continue;
    held[name_of(row.listener)].hold(own.key, own.seq);
  }
  return held;
}

std::vector<DeliveryRow*> Tables::of_key(int listener, const LaneKey& key) {
  std::vector<DeliveryRow*> found;
  for (DeliveryRow& row : open) {
    const EventRow& own = event(row.event);
    if (row.listener == listener && own.lane == key.lane && own.key == key.key) {
      found.push_back(&row);
    }
  }
  std::ranges::sort(found, {}, [&](const DeliveryRow* row) { return event(row->event).seq; });
  return found;
}

void Tables::promote(int listener, const LaneKey& key, int most) {
  for (DeliveryRow* row : of_key(listener, key)) {
    if (row->state == State::dead) {
      if (blocks(listener)) return;
      continue;
    }
    if (row->state == State::retrying || most-- == 0) return;
    if (row->state != State::waiting) continue;
    row->state = State::ready;
    row->place = ++last_place;
  }
}

void Tables::release_behind_dead(int listener) {
  std::set<LaneKey> keys;
  for (const DeliveryRow& row : open) {
    if (row.listener != listener || row.state != State::dead) continue;
    keys.insert({event(row.event).lane, event(row.event).key});
    cell(listener, row.event).late = true;
  }
  for (const LaneKey& key : keys) promote(listener, key, 1);
}

void Tables::operator_retry(int listener, const std::set<int>& chosen) {
  std::set<LaneKey> keys;
  for (const int at : chosen) {
    DeliveryRow& row = *find(listener, at);
    row.state = State::waiting;
    row.attempts = 0;
    cell(listener, at).failures = 0;
    keys.insert({event(at).lane, event(at).key});
  }
  for (const LaneKey& key : keys) promote(listener, key, 2);
}

void Tables::delete_delivery(int listener, int event_at) {
  std::erase_if(open, [&](const DeliveryRow& row) {
    return row.event == event_at && row.listener == listener;
  });
}

bool Tables::owes_nothing(int event_at) const {
  return std::ranges::none_of(open, [&](const DeliveryRow& row) { return row.event == event_at; });
}

}  // namespace tests::histories
