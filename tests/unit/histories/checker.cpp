#include "tests/unit/histories/checker.hpp"

#include <algorithm>

namespace tests::histories {
namespace {

// Of the checker's own: it asks nobody whom it checks.
bool subscribes(const Tables& tables, int listener, const EventRow& event) {
  const ListenerRow& row = tables.listener(listener);
  if (!row.there || row.state == "retired") return false;
  if (event.listener_id) return *event.listener_id == row.declaration.name;
  return std::ranges::any_of(row.declaration.patterns, [&](const std::string& pattern) {
    return pattern == "*" || pattern == event.type;
  });
}

// Of its key's events that are applied, one whose writer waited for this event's to end.
const EventRow* overtaker(const World& world, int listener, const EventRow& event) {
  const auto found = std::ranges::find_if(world.tables.events, [&](const EventRow& other) {
    return other.key == event.key && other.seq > event.seq && other.inserted_at > event.ended_at &&
           other.cells[static_cast<std::size_t>(listener)].effect;
  });
  return found == world.tables.events.end() ? nullptr : &*found;
}

// A type that it subscribes to only later on: such an event may come behind its key's later ones.
void note_unsubscribed_before(World& world, int listener, const EventRow& event) {
  for (EventRow& earlier : world.tables.events) {
    if (earlier.key != event.key || earlier.seq >= event.seq) continue;
    if (subscribes(world.tables, listener, earlier)) continue;
    earlier.cells[static_cast<std::size_t>(listener)].late = true;
  }
}

std::string who(const Tables& tables, int listener, int event) {
  return tables.event(event).id + " for " + Tables::name_of(listener);
}

}  // namespace

void book_effects(World& world, const Doings& doings) {
  for (const auto& [listener, at] : doings.effects) {
    EventRow& event = world.tables.event(at);
    Cell& cell = world.tables.cell(listener, at);
    const std::string what = who(world.tables, listener, at);
    if (cell.effect) throw Violation{"a second effect of " + what};
    if (cell.discarded) throw Violation{"discarded and applied: " + what};
    cell.effect = true;
    ++world.effects;
    const EventRow* before =
        cell.late || event.by_hand ? nullptr : overtaker(world, listener, event);
    if (before != nullptr) {
      throw Violation{what + ", seq " + std::to_string(event.seq) + ", came after seq " +
                      std::to_string(before->seq) + " of its key"};
    }
    note_unsubscribed_before(world, listener, event);
  }
  for (const auto& [listener, at] : doings.failures) ++world.tables.cell(listener, at).failures;
}

void check_nothing_lost(World& world, const std::vector<std::string>& left_outbox) {
  for (const std::string& id : left_outbox) {
    const int at = Tables::event_of(id);
    for (int listener = 0; listener < listener_count; ++listener) {
      if (!subscribes(world.tables, listener, world.tables.event(at))) continue;
      Cell& cell = world.tables.cell(listener, at);
      cell.owed = true;
      if (!cell.effect && world.tables.find(listener, at) == nullptr) {
        throw Violation{who(world.tables, listener, at) + " was lost at the first pass"};
      }
    }
  }
}

void check_tables(const World& world) {
  const Tables& tables = world.tables;
  for (int at = 0; at < static_cast<int>(tables.events.size()); ++at) {
    const EventRow& event = tables.event(at);
    const bool none_open = tables.owes_nothing(at);
    if (event.complete && (event.parked || !none_open)) {
      throw Violation{event.id + " is complete, but has open deliveries or is parked"};
    }
    if (event.parked && none_open) throw Violation{event.id + " is parked, but owes nothing"};
    if (event.pending() && !none_open) throw Violation{event.id + " is pending and owed at once"};
  }
  for (const DeliveryRow& row : tables.open) {
    const auto failures =
        static_cast<int>(world.schedules[static_cast<std::size_t>(row.listener)].size() + 1);
    const EventRow& own = tables.event(row.event);
    if (row.attempts > failures) {
      throw Violation{who(tables, row.listener, row.event) + " has failed too often"};
    }
    if (row.attempts > own.cells[static_cast<std::size_t>(row.listener)].failures) {
      throw Violation{who(tables, row.listener, row.event) + " was counted without a failure"};
    }
    if (row.state != State::waiting) continue;
    const bool has_head = std::ranges::any_of(tables.open, [&](const DeliveryRow& other) {
      const EventRow& event = tables.event(other.event);
      return other.listener == row.listener && event.lane == own.lane && event.key == own.key &&
             event.seq < own.seq && other.state != State::waiting &&
             (other.state != State::dead || tables.blocks(row.listener));
    });
    if (!has_head) {
      throw Violation{who(tables, row.listener, row.event) + " waits behind nothing"};
    }
  }
}

void check_change(const World& world, const DeliveryRow* before,
                  const relay::deliveries::Delivery& after) {
  const int listener = Tables::listener_of(after.listener);
  const int at = Tables::event_of(after.event_id);
  const std::string what = who(world.tables, listener, at);
  const int counted = before == nullptr ? 0 : before->attempts;
  if (after.attempts != counted + (after.failed_now ? 1 : 0)) {
    throw Violation{what + " has a wrong count of failures"};
  }
  const auto& schedule = world.schedules[static_cast<std::size_t>(listener)];
  if (!after.failed_now) {
    if (after.state == State::dead) throw Violation{what + " is dead without a failure"};
    return;
  }
  const bool dead =
      world.tables.event(at).unreadable || after.attempts > static_cast<int>(schedule.size());
  if (dead != (after.state == State::dead)) throw Violation{what + " is dead at a wrong time"};
  if (dead) return;
  const std::chrono::duration<double, std::milli> pause =
      schedule[static_cast<std::size_t>(after.attempts - 1)];
  if (!after.delay || after.delay->count() < 0.9 * pause.count() - 1 ||
      after.delay->count() > 1.1 * pause.count()) {
    throw Violation{what + " is tried again at a wrong time"};
  }
}

void check_floors(const World& world, const std::vector<std::int64_t>& floors) {
  for (const EventRow& event : world.tables.events) {
    if (event.gone || event.by_hand || (event.committed && !event.pending())) continue;
    if (event.seq <= floors[static_cast<std::size_t>(event.lane)]) {
      throw Violation{"a floor hides " + event.id + (event.committed ? "" : ", still open")};
    }
  }
}

void check_all_done(World& world) {
  Tables& tables = world.tables;
  for (int at = 0; at < static_cast<int>(tables.events.size()); ++at) {
    if (tables.event(at).gone) continue;
    if (!tables.event(at).complete) {
      throw Violation{tables.event(at).id + " was never completed"};
    }
    for (int listener = 0; listener < listener_count; ++listener) {
      const Cell& cell = tables.cell(listener, at);
      if (cell.owed && !cell.effect && !cell.discarded && !cell.passed_over) {
        throw Violation{who(tables, listener, at) + " was never done"};
      }
    }
  }
}

}  // namespace tests::histories
