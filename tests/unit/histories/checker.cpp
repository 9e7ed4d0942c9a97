#include "tests/unit/histories/checker.hpp"

#include <algorithm>

namespace tests::histories {
namespace {

using memory::DeliveryRow;
using State = memory::DeliveryState;

const memory::ListenerRow* row_of(const World& world, int listener) {
  return world.database.rows().listener(World::name_of(listener));
}

bool blocks(const World& world, int listener) {
  const memory::ListenerRow* row = row_of(world, listener);
  return row == nullptr || !row->declaration.skip_dead;
}

// Of the checker's own: it asks nobody whom it checks.
bool subscribes(const World& world, int listener, const EventNote& event) {
  const memory::ListenerRow* row = row_of(world, listener);
  if (row == nullptr || row->state == "retired") return false;
  if (event.listener_id) return *event.listener_id == row->declaration.name;
  return std::ranges::any_of(row->declaration.patterns, [&](const std::string& pattern) {
    return pattern == "*" || pattern == event.type;
  });
}

// Of its key's events that are applied, one whose writer waited for this event's to end.
const EventNote* overtaker(const World& world, int listener, const EventNote& event) {
  const auto found = std::ranges::find_if(world.events, [&](const EventNote& other) {
    return other.key == event.key && other.seq > event.seq && other.inserted_at > event.ended_at &&
           other.cells[static_cast<std::size_t>(listener)].effect;
  });
  return found == world.events.end() ? nullptr : &*found;
}

// A type that it subscribes to only later on: such an event may come behind its key's later ones.
void note_unsubscribed_before(World& world, int listener, const EventNote& event) {
  for (EventNote& earlier : world.events) {
    if (earlier.key != event.key || earlier.seq >= event.seq) continue;
    if (subscribes(world, listener, earlier)) continue;
    earlier.cells[static_cast<std::size_t>(listener)].late = true;
  }
}

std::string who(const World& world, int listener, int event) {
  return world.event(event).id + " for " + World::name_of(listener);
}

std::string who(const DeliveryRow& row) {
  return row.event_id + " for " + row.listener;
}

}  // namespace

void book(World& world, const Doings& doings) {
  for (const auto& [listener, at] : doings.effects) {
    EventNote& event = world.event(at);
    Cell& cell = world.cell(listener, at);
    const std::string what = who(world, listener, at);
    if (cell.effect) world.violated("a second effect of " + what);
    if (cell.discarded) world.violated("discarded and applied: " + what);
    cell.effect = true;
    ++world.effects;
    const EventNote* before =
        cell.late || event.by_hand ? nullptr : overtaker(world, listener, event);
    if (before != nullptr) {
      world.violated(what + ", seq " + std::to_string(event.seq) + ", came after seq " +
                     std::to_string(before->seq) + " of its key");
    }
    note_unsubscribed_before(world, listener, event);
  }
  for (const auto& [listener, at] : doings.failures) ++world.cell(listener, at).failures;
}

void unbook(World& world, const Doings& doings) {
  for (const auto& [listener, at] : doings.effects) world.cell(listener, at).effect = false;
  world.lost += doings.effects.size();
}

void Checker::look() {
  if (!world_.violation.empty()) throw Violation{world_.violation};
  const std::int64_t listeners = world_.database.rows().listeners_version;
  const bool registered = std::exchange(listeners_version_, listeners) != listeners;
  if (!std::exchange(world_.dirty, false) && !registered) return;
  look_at_events();
  look_at_deliveries();
  forget();
}

void Checker::look_at_events() {
  const memory::Rows& rows = world_.database.rows();
  for (const memory::EventRow& row : rows.events) {
    const std::string& id = row.what->id;
    const int at = World::event_of(id);
    const bool none_open = std::ranges::none_of(
        rows.deliveries, [&](const DeliveryRow& delivery) { return delivery.event_id == id; });
    if (row.complete && (row.parked || !none_open)) {
      throw Violation{id + " is complete, but has open deliveries or is parked"};
    }
    if (row.parked && none_open) throw Violation{id + " is parked, but owes nothing"};
    if (row.pending() && !none_open) throw Violation{id + " is pending and owed at once"};
    EventNote& note = world_.event(at);
    const bool had_left = std::exchange(note.left_outbox, !row.pending());
    if (row.pending()) {  // perhaps again, after a crash
      for (Cell& cell : note.cells) cell.owed = cell.passed_over = false;
    }
    if (had_left || row.pending()) continue;
    for (int listener = 0; listener < listener_count; ++listener) {
      if (!subscribes(world_, listener, note)) continue;
      Cell& cell = world_.cell(listener, at);
      cell.owed = true;
      if (!cell.effect && rows.delivery(id, World::name_of(listener)) == nullptr) {
        throw Violation{who(world_, listener, at) + " was lost at the first pass"};
      }
    }
  }
}

void Checker::look_at_deliveries() {
  const std::vector<DeliveryRow>& open = world_.database.rows().deliveries;
  for (const DeliveryRow& row : open) {
    const int listener = World::listener_of(row.listener);
    look_at_change(before(row), row);
    if (row.attempts > world_.cell(listener, World::event_of(row.event_id)).failures) {
      throw Violation{who(row) + " was counted without a failure"};
    }
    if (row.state == State::dead && !blocks(world_, listener)) {  // perhaps only from now on
      world_.cell(listener, World::event_of(row.event_id)).late = true;
    }
    if (row.state != State::waiting) continue;
    const bool has_head = std::ranges::any_of(open, [&](const DeliveryRow& other) {
      return other.listener == row.listener && other.lane == row.lane && other.key == row.key &&
             other.seq < row.seq && other.state != State::waiting &&
             (other.state != State::dead || blocks(world_, listener));
    });
    if (!has_head) throw Violation{who(row) + " waits behind nothing"};
  }
  // What is settled was done, or passed over.
  for (const DeliveryRow& row : before_) {
    if (world_.database.rows().delivery(row.event_id, row.listener) != nullptr) continue;
    const int listener = World::listener_of(row.listener);
    const int at = World::event_of(row.event_id);
    Cell& cell = world_.cell(listener, at);
    if (cell.effect) continue;
    const memory::ListenerRow* own = row_of(world_, listener);
    const bool given_up = row.state == State::dead || own == nullptr || own->state == "retired";
    if (!given_up && subscribes(world_, listener, world_.event(at))) {
      throw Violation{who(row) + " is settled, and was not done"};
    }
    (given_up ? cell.discarded : cell.passed_over) = true;
  }
}

void Checker::forget() {
  before_ = world_.database.rows().deliveries;
}

const DeliveryRow* Checker::before(const DeliveryRow& row) const {
  const auto found = std::ranges::find_if(
      before_, [&](const DeliveryRow& one) { return one.is_of(row.event_id, row.listener); });
  return found == before_.end() ? nullptr : &*found;
}

void Checker::look_at_change(const DeliveryRow* before, const DeliveryRow& after) const {
  const int listener = World::listener_of(after.listener);
  const int counted = before == nullptr ? 0 : before->attempts;
  const auto most = static_cast<int>(world_.schedules[static_cast<std::size_t>(listener)].size());
  if (before != nullptr && before->state == after.state && counted == after.attempts) return;
  if (after.attempts > most + 1) throw Violation{who(after) + " has failed too often"};
  if (after.attempts > counted + 1) throw Violation{who(after) + " has a wrong count of failures"};
  // No handler was asked, or not the handler's doing.
  const bool by_itself = after.error_class == "payload" || after.error_class == "crash" ||
                         after.error_class == "relay";
  if (by_itself && after.attempts == counted + 1) {
    ++world_.cell(listener, World::event_of(after.event_id)).failures;
  }
  if (after.state == State::dead) {
    ++world_.dead;
    if (after.error_class == "crash") {
      ++world_.crash_letters;
      world_.event(World::event_of(after.event_id)).deaths = 0;
    }
    if (after.attempts != counted + 1) throw Violation{who(after) + " is dead without a failure"};
  }
  if (after.attempts != counted + 1 || after.state != State::retrying) return;
  if (after.attempts > most) throw Violation{who(after) + " should be dead"};
  const double pause_us =
      1e6 * static_cast<double>(world_
                                    .schedules[static_cast<std::size_t>(listener)]
                                              [static_cast<std::size_t>(after.attempts - 1)]
                                    .count());
  // It counts from the statement, which came somewhere in its writer's turn.
  if (static_cast<double>(after.due_us - world_.turn_began_us) < 0.9 * pause_us - 1e3 ||
      static_cast<double>(after.due_us - world_.now_us) > 1.1 * pause_us + 1e3) {
    throw Violation{who(after) + " is tried again at a wrong time"};
  }
}

void Checker::look_at_floors(const relay::lanes::Floors& floors) const {
  const auto known = floors.find("");
  if (known == floors.end()) return;
  for (const EventNote& event : world_.events) {
    if (event.gone || event.by_hand) continue;
    const memory::EventRow* row = world_.database.rows().event(event.id);
    if (event.committed && (row == nullptr || !row->pending())) continue;
    const auto lane = static_cast<std::size_t>(world_.database.lane_of(event.key));
    if (event.seq <= known->second.at(lane)) {
      throw Violation{"a floor hides " + event.id + (event.committed ? "" : ", still open")};
    }
  }
}

void Checker::check_all_done() const {
  for (int at = 0; at < static_cast<int>(world_.events.size()); ++at) {
    const EventNote& event = world_.event(at);
    if (event.gone) continue;
    const memory::EventRow* row = world_.database.rows().event(event.id);
    if (row == nullptr) throw Violation{event.id + " has vanished"};
    if (!row->complete) throw Violation{event.id + " was never completed"};
    for (int listener = 0; listener < listener_count; ++listener) {
      const Cell& cell = world_.cell(listener, at);
      if (cell.owed && !cell.effect && !cell.discarded && !cell.passed_over) {
        throw Violation{who(world_, listener, at) + " was never done"};
      }
    }
  }
}

}  // namespace tests::histories
