#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "projections/held_keys.hpp"
#include "relay/deliveries/delivery.hpp"
#include "relay/listeners/duty.hpp"

namespace tests::histories {

using State = relay::deliveries::Delivery::State;

inline constexpr int lane_count = 2;
inline constexpr int listener_count = 4;  ///< "a" … "d".

/// A promise was broken; says which.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
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

/// A row of `event_publication`.
struct EventRow {
  std::string id;
  std::int64_t seq = 0;
  int lane = 0;
  std::optional<std::string> aggregate;
  std::string key;
  std::string type;
  std::optional<std::string> listener_id;
  bool unreadable = false;
  bool by_hand = false;  ///< Its seq was not drawn; no order is promised.
  int inserted_at = 0;   ///< By the writers' own count, as `ended_at`: an event that was inserted
  int ended_at = 0;      ///< after another of its key had ended comes after it.
  bool committed = false;
  bool gone = false;  ///< Its writer rolled back.
  bool parked = false;
  bool complete = false;
  int locked_by = 0;  ///< The transaction that holds FOR UPDATE, or 0.
  std::array<Cell, listener_count> cells = {};
  [[nodiscard]] bool pending() const { return committed && !parked && !complete; }
};

/// A row of `event_delivery`.
struct DeliveryRow {
  int event = 0;
  int listener = 0;
  State state = State::ready;
  int attempts = 0;
  std::int64_t due_ms = 0;
  std::int64_t place = 0;
};

/// A row of `event_listener`.
struct ListenerRow {
  bool there = false;
  relay::listeners::Declaration declaration = {};
  std::string state = "active";
};

/// A delivery as it is read by its drainer.
struct TakenRow {
  DeliveryRow row;
  int turn = 0;  ///< 0: a retry that is due, 1: ready.
  std::optional<std::int64_t> before_seq = {};
};

/// The database, in memory, with the statements of schema/statements that work on it, each under
/// its own name. Places and seqs are drawn at once, as sequences do; everything else that a
/// transaction writes comes here when it commits.
struct Tables {
  std::int64_t now_ms = 1'000'000;
  std::int64_t last_seq = 0;
  std::int64_t last_place = 0;
  int listeners_version = 1;
  std::deque<EventRow> events;
  std::vector<DeliveryRow> open;
  std::array<ListenerRow, listener_count> listeners = {};
  /// By lane, then drainer (0: the first pass, 1 + n: listener n's own): the holder, or 0.
  std::array<std::array<int, 1 + listener_count>, lane_count> lane_holders = {};
  std::set<std::string> open_writers;

  [[nodiscard]] static std::string name_of(int listener) {
    return std::string(1, static_cast<char>('a' + listener));
  }
  [[nodiscard]] static int listener_of(const std::string& name) { return name.at(0) - 'a'; }
  [[nodiscard]] static int event_of(const std::string& id) { return std::stoi(id.substr(1)); }

  [[nodiscard]] EventRow& event(int at) { return events[static_cast<std::size_t>(at)]; }
  [[nodiscard]] const EventRow& event(int at) const { return events[static_cast<std::size_t>(at)]; }
  [[nodiscard]] Cell& cell(int listener, int event_at) {
    return event(event_at).cells[static_cast<std::size_t>(listener)];
  }
  [[nodiscard]] DeliveryRow* find(int listener, int event_at);
  [[nodiscard]] int& holder(int lane, int drainer) {
    return lane_holders[static_cast<std::size_t>(lane)][static_cast<std::size_t>(drainer)];
  }
  [[nodiscard]] bool all_lanes_free() const;
  [[nodiscard]] const ListenerRow& listener(int at) const {
    return listeners[static_cast<std::size_t>(at)];
  }
  [[nodiscard]] ListenerRow& listener(int at) { return listeners[static_cast<std::size_t>(at)]; }
  /// 0, or 1 + the listener when it has lanes of its own.
  [[nodiscard]] int drainer_of(int at) const {
    return listener(at).there && listener(at).declaration.detached ? 1 + at : 0;
  }
  [[nodiscard]] bool blocks(int at) const { return !listener(at).declaration.skip_dead; }

  // The statements.
  [[nodiscard]] std::optional<std::int64_t> probe_lane(int lane, std::int64_t floor) const;
  [[nodiscard]] std::optional<std::int64_t> probe_delivery(int listener, int lane,
                                                           std::int64_t floor) const;
  [[nodiscard]] bool probe_retry(int listener, int lane) const;
  [[nodiscard]] std::vector<int> read_events(int lane, std::int64_t floor, int most) const;
  [[nodiscard]] std::vector<TakenRow> read_deliveries(int listener, int lane, std::int64_t floor,
                                                      int most, bool skip_dead) const;
  [[nodiscard]] bool any_open(int lane) const;
  [[nodiscard]] bool any_waiting(int listener) const;
  [[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
      const std::set<relay::deliveries::LaneKey>& keys) const;
  void promote(int listener, const relay::deliveries::LaneKey& key, int most);
  void release_behind_dead(int listener);
  void operator_retry(int listener, const std::set<int>& chosen);
  void delete_delivery(int listener, int event_at);
  [[nodiscard]] bool owes_nothing(int event_at) const;

 private:
  /// Open deliveries of a key, in seq order.
  [[nodiscard]] std::vector<DeliveryRow*> of_key(int listener,
                                                 const relay::deliveries::LaneKey& key);
};

}  // namespace tests::histories
