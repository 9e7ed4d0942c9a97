#pragma once

#include <array>
#include <set>
#include <utility>

#include "projections/registry.hpp"
#include "tests/unit/histories/dice.hpp"
#include "tests/unit/histories/tables.hpp"

namespace tests::histories {

/// A rule that is broken on purpose, to see that it is missed.
enum class Broken {
  nothing,
  lane_lock,          ///< Lanes are taken although another has them.
  read_before_lock,   ///< One snapshot for lock and read.
  listeners_version,  ///< A batch is judged by listeners that have changed.
  guard,              ///< A handler is called again for what it has done.
  waiting_held,       ///< The first pass does not look for keys that wait.
  earlier_holds,      ///< An open event holds its key's earlier ones, too.
  held_from,          ///< A drain does not look for gaps in a key.
  promotion,          ///< Nobody wakes what waits.
  waiting_by_then,    ///< Nobody wakes what the batch itself made wait.
  event_lock,         ///< Settling counts what is open without the event's lock.
  open_writers,       ///< The floor passes those that have not committed.
  discard_wakes,      ///< An operator discards and wakes nobody.
};

/// What everybody in a history shares.
struct World {
  explicit World(std::uint64_t seed) : dice(seed) {}

  Dice dice;
  Tables tables;
  Broken broken = Broken::nothing;
  bool healed = false;  ///< Handlers fail no more, nobody is killed.
  int fails = 0;        ///< Of a hundred calls, by chance.
  int postpones = 0;
  int leaves = 0;
  int per_lane = 2;
  int promoted_at_once = 1;
  std::array<projections::RetrySchedule, listener_count> schedules;
  int next_transaction = 1;
  int written = 0;  ///< The writers' count of inserts and ends.
  /// (listener, event) whose guard row some open transaction has inserted.
  std::set<std::pair<int, int>> guards_in_flight;
  using Floors = std::vector<std::int64_t>;  ///< By lane.
  Floors kept_floors;                        ///< A relay that starts begins there.
  std::array<Floors, listener_count> kept_delivery_floors;
  std::uint64_t effects = 0;
  std::uint64_t dead = 0;
  std::uint64_t aborted = 0;
};

}  // namespace tests::histories
