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
    open_.push_back({"3/" + std::to_string(next_++), {}});
    world_.tables.open_writers.insert(open_.back().name);
    return;
  }
  if (open_[at].events.empty() || world_.dice.percent(40)) {
    insert(open_[at]);
  } else {
    end(at);
  }
}

void Writers::finish() {
  while (!open_.empty()) end(0);
}

void Writers::insert(Writer& writer) {
  Tables& tables = world_.tables;
  if (tables.events.size() >= events_at_most) return;
  EventRow row;
  row.id = "e" + std::to_string(tables.events.size());
  const int key = world_.dice.below(4);
  if (key < 3) row.aggregate = std::string(1, static_cast<char>('k' + key));
  row.key = row.aggregate ? "\x1f" + *row.aggregate : row.id;
  row.lane = key < 3 ? key % lane_count : static_cast<int>(tables.events.size()) % lane_count;
  if (key != raced_key && others_have(writer, row.key)) return;
  row.type = world_.dice.percent(70) ? "A" : "B";
  if (world_.dice.percent(5)) row.listener_id = Tables::name_of(world_.dice.below(listener_count));
  row.unreadable = world_.dice.percent(3);
  row.by_hand = row.aggregate == std::nullopt && world_.dice.percent(5);
  row.seq = row.by_hand ? -1 - static_cast<std::int64_t>(tables.events.size()) : ++tables.last_seq;
  row.inserted_at = ++world_.written;
  writer.events.push_back(static_cast<int>(tables.events.size()));
  tables.events.push_back(std::move(row));
}

bool Writers::others_have(const Writer& writer, const std::string& key) const {
  return std::ranges::any_of(open_, [&](const Writer& other) {
    return &other != &writer && std::ranges::any_of(other.events, [&](int at) {
      return world_.tables.event(at).key == key;
    });
  });
}

void Writers::end(std::size_t at) {
  const bool commits = world_.dice.percent(85);
  ++world_.written;
  for (const int event : open_[at].events) {
    world_.tables.event(event).committed = commits;
    world_.tables.event(event).gone = !commits;
    world_.tables.event(event).ended_at = world_.written;
  }
  world_.tables.open_writers.erase(open_[at].name);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace tests::histories
