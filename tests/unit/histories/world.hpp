#pragma once

#include <array>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "projections/registry.hpp"
#include "relay/lanes/kept_floors.hpp"
#include "relay/lanes/lane_board.hpp"
#include "tests/memory_store/database.hpp"
#include "tests/unit/histories/dice.hpp"

namespace tests::histories {

inline constexpr int lane_count = 2;
inline constexpr int listener_count = 4;  ///< "a" … "d".

/// A promise was broken; says which.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

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
  refused_commit,     ///< A refused COMMIT is taken for one that came through.
  suspects,           ///< What killed a process is not remembered.
};

/// What is known of one event and one listener, beside the tables: the checker's own book.
struct Cell {
  bool effect = false;
  bool owed = false;         ///< Active, and subscribed to it, when it left the outbox.
  bool discarded = false;    ///< By an operator.
  bool passed_over = false;  ///< Its type was no longer subscribed to.
  bool late = false;         ///< Dead and skipped, or not subscribed to then: may come late.
  int failures = 0;          ///< Committed ones, since the last retry by hand.
};

/// What its writer knows of an event.
struct EventNote {
  std::string id;
  std::int64_t seq = 0;
  std::string key;
  std::string type;
  std::optional<std::string> listener_id;
  bool unreadable = false;
  int deadly_for = -1;   ///< Its handler takes the process with it.
  int deaths = 0;        ///< So often, since it was last given up for that.
  bool by_hand = false;  ///< Its seq was not drawn; no order is promised.
  int inserted_at = 0;   ///< By the writers' own count, as `ended_at`: an event that was inserted
  int ended_at = 0;      ///< after another of its key had ended comes after it.
  bool committed = false;
  bool gone = false;         ///< Its writer rolled back.
  bool left_outbox = false;  ///< It was parked or completed.
  std::array<Cell, listener_count> cells = {};
};

/// What everybody in a history shares.
struct World {
  explicit World(std::uint64_t seed);

  Dice dice;
  std::int64_t now_us = 100'000'000'000;
  memory::Database database;
  std::vector<EventNote> events;
  Broken broken = Broken::nothing;
  bool healed = false;  ///< Handlers fail no more, nobody is killed, nothing is lost.
  int fails = 0;        ///< Of a hundred calls, by chance.
  int postpones = 0;
  int leaves = 0;
  int refuses = 0;    ///< COMMITs, of a thousand.
  int cuts = 0;       ///< Connections, of a thousand statements.
  int deadly = 0;     ///< Events that kill a process, of a hundred.
  bool waits = true;  ///< Relays wait for the disk.
  int per_claim = 2;
  int written = 0;  ///< The writers' count of inserts and ends.
  std::array<projections::RetrySchedule, listener_count> schedules;
  /// (listener, event) whose guard row some open transaction has inserted.
  std::set<std::pair<int, int>> guards_in_flight;
  int dying = -1;   ///< The relay whose process is no more; what it still does has no effect.
  int acting = -1;  ///< The relay whose turn it is, or -1,
  int actor = 0;    ///< and who of it.
  std::int64_t turn_began_us = 0;  ///< Its turn, or that of who acted last.
  int crashed = -1;                ///< The relay that a handler has just taken with it.
  std::string violation = {};      ///< The first that was seen inside somebody's work.
  bool refusing = false;           ///< The COMMIT that was asked for last.
  bool dirty = false;  ///< Something may have been committed since the tables were looked at.
  std::uint64_t effects = 0;
  std::uint64_t dead = 0;
  std::uint64_t aborted = 0;
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  std::uint64_t suspected = 0;
  std::uint64_t crash_letters = 0;

  /// A promise was broken, inside somebody's work, where it cannot be thrown.
  void violated(const std::string& what) {
    if (violation.empty()) violation = what;
  }
  [[nodiscard]] relay::lanes::Moment now() const {
    return relay::lanes::Moment{std::chrono::microseconds{now_us}};
  }
  [[nodiscard]] static std::string name_of(int listener) {
    return std::string(1, static_cast<char>('a' + listener));
  }
  [[nodiscard]] static int listener_of(const std::string& name) { return name.at(0) - 'a'; }
  [[nodiscard]] static int event_of(std::string_view id) {
    return std::stoi(std::string{id.substr(1)});
  }
  [[nodiscard]] EventNote& event(int at) { return events[static_cast<std::size_t>(at)]; }
  [[nodiscard]] const EventNote& event(int at) const {
    return events[static_cast<std::size_t>(at)];
  }
  [[nodiscard]] Cell& cell(int listener, int event_at) {
    return event(event_at).cells[static_cast<std::size_t>(listener)];
  }
};

/// What one transaction's handlers have done so far.
struct Doings {
  std::vector<std::pair<int, int>> effects;   ///< (listener, event), in order.
  std::vector<std::pair<int, int>> failures;  ///< Of handlers.
};

}  // namespace tests::histories
