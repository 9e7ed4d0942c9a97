#include "tests/unit/histories/operators.hpp"

#include <algorithm>

namespace tests::histories {

using relay::deliveries::LaneKey;

bool Operators::lane_free(int listener, int lane) const {
  return world_.tables.holder(lane, world_.tables.drainer_of(listener)) == 0;
}

std::set<int> Operators::some_dead(int listener, int lane, int percent) {
  std::set<int> chosen;
  for (const DeliveryRow& row : world_.tables.open) {
    if (row.listener != listener || row.state != State::dead) continue;
    if (world_.tables.event(row.event).lane != lane) continue;
    if (world_.dice.percent(percent)) chosen.insert(row.event);
  }
  return chosen;
}

void Operators::step() {
  int listener = world_.dice.below(listener_count);
  int lane = world_.dice.below(lane_count);
  const int what = world_.dice.below(10);
  for (const DeliveryRow& row : world_.tables.open) {
    if (row.state != State::dead || !world_.dice.percent(50)) continue;
    listener = row.listener;
    lane = world_.tables.event(row.event).lane;
  }
  if (what < 7 && !lane_free(listener, lane)) return;
  if (what < 4) {
    world_.tables.operator_retry(listener, some_dead(listener, lane, 60));
  } else if (what < 7) {
    discard(listener, lane, some_dead(listener, lane, 60));
  } else if (what < 9) {
    set_state(listener, world_.tables.listener(listener).state == "active" ? "paused" : "active");
  } else {
    retire(listener);
  }
}

void Operators::discard(int listener, int lane, const std::set<int>& events) {
  Tables& tables = world_.tables;
  const bool locked =
      std::ranges::any_of(events, [&](int at) { return tables.event(at).locked_by != 0; });
  if (locked) return;  // another settles its share of them; the command comes again
  std::set<LaneKey> keys;
  for (const int at : events) {
    tables.delete_delivery(listener, at);
    tables.cell(listener, at).discarded = true;
    keys.insert({lane, tables.event(at).key});
  }
  for (const int at : events) {
    EventRow& event = tables.event(at);
    if (!event.parked || !tables.owes_nothing(at)) continue;
    event.complete = true;
    event.parked = false;
  }
  if (world_.broken == Broken::discard_wakes) return;
  for (const LaneKey& key : keys) tables.promote(listener, key, 2);
}

void Operators::set_state(int listener, const char* state) {
  Tables& tables = world_.tables;
  if (!tables.all_lanes_free() || !tables.listener(listener).there) return;
  if (tables.listener(listener).state == "retired") return;
  tables.listener(listener).state = state;
  ++tables.listeners_version;
}

// Nothing waits for it any more: what is open is discarded.
void Operators::retire(int listener) {
  Tables& tables = world_.tables;
  if (!tables.all_lanes_free() || !tables.listener(listener).there) return;
  tables.listener(listener).state = "retired";
  ++tables.listeners_version;
  for (int lane = 0; lane < lane_count; ++lane) {
    std::set<int> open;
    for (const DeliveryRow& row : tables.open) {
      if (row.listener == listener && tables.event(row.event).lane == lane) open.insert(row.event);
    }
    discard(listener, lane, open);
  }
}

void Operators::retry_all() {
  for (int listener = 0; listener < listener_count; ++listener) {
    for (int lane = 0; lane < lane_count; ++lane) {
      if (!lane_free(listener, lane)) continue;
      world_.tables.operator_retry(listener, some_dead(listener, lane, 100));
    }
  }
}

void Operators::resume_all() {
  for (int listener = 0; listener < listener_count; ++listener) {
    if (world_.tables.listener(listener).state == "paused") set_state(listener, "active");
  }
}

}  // namespace tests::histories
