#include "tests/unit/histories/writers.hpp"

#include <algorithm>

namespace tests::histories {
namespace {

constexpr std::size_t events_at_most = 12;
constexpr std::size_t writers_at_most = 3;
constexpr int raced_key = 2;  // its writers do not wait for each other: numbers commit in any order

}  // namespace

void Writers::step() {
  const auto at = static_cast<std::size_t>(world_.dice.below(static_cast<int>(writers_at_most)));
  if (at >= open_.size()) {
    // The lock comes with the INSERT, before the seq is drawn.
    open_.push_back(std::make_unique<Open>(world_.database));
    open_.back()->writer.begin_to_draw();
    return;
  }
  if (open_[at]->events.empty() || world_.dice.percent(40)) {
    insert(*open_[at]);
  } else {
    end(at, world_.dice.percent(85));
  }
}

void Writers::finish() {
  while (!open_.empty()) end(0, true);
}

void Writers::lose_all() {
  while (!open_.empty()) end(0, false);
}

void Writers::insert(Open& writer) {
  if (world_.events.size() >= events_at_most) return;
  Dice& dice = world_.dice;
  EventNote note{.id = "e" + std::to_string(world_.events.size())};
  memory::NewEvent event{.id = note.id};
  const int key = dice.below(4);
  if (key < 3) event.aggregate_id = std::string(1, static_cast<char>('k' + key));
  note.key = key < 3 ? "\x1f" + *event.aggregate_id : note.id;
  if (key != raced_key && others_have(writer, note.key)) return;
  note.type = dice.percent(70) ? "A" : "B";
  if (dice.percent(5)) note.listener_id = World::name_of(dice.below(listener_count));
  note.unreadable = dice.percent(3);
  if (dice.percent(world_.deadly)) note.deadly_for = dice.below(listener_count);
  note.by_hand = key == 3 && dice.percent(5);
  if (note.by_hand) event.seq = -1 - static_cast<std::int64_t>(world_.events.size());
  note.inserted_at = ++world_.written;
  event.type = note.type;
  event.listener_id = note.listener_id;
  if (note.unreadable) event.payload = "{";
  writer.events.push_back(static_cast<int>(world_.events.size()));
  writer.writer.insert(event);
  note.seq = writer.writer.inserted().back().what->seq;
  world_.events.push_back(std::move(note));
}

bool Writers::others_have(const Open& writer, const std::string& key) const {
  return std::ranges::any_of(open_, [&](const auto& other) {
    return other.get() != &writer &&
           std::ranges::any_of(other->events, [&](int at) { return world_.event(at).key == key; });
  });
}

void Writers::end(std::size_t at, bool commits) {
  ++world_.written;
  for (const int event : open_[at]->events) {
    world_.event(event).committed = commits;
    world_.event(event).gone = !commits;
    world_.event(event).ended_at = world_.written;
  }
  if (commits) open_[at]->writer.commit();
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  world_.dirty = true;
}

}  // namespace tests::histories
