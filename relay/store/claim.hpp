#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "relay/decode/decode.hpp"

namespace relay::store {

/// What one lane gave to a claim.
struct LaneRead {
  int lane = 0;
  bool held = false;  ///< Our transaction holds the lane; false: another relay is on it.
  bool more = false;  ///< The read stopped at a limit, not at the lane's end.
  /// Keys of the events read here may be held for a listener of the first pass: one has a delivery
  /// in the lane that is ready or to be retried, or anybody a dead letter.
  bool open_deliveries = false;
  std::size_t events = 0;
  /// Of the events read the last seq, of ready deliveries the last place (a retry that is due has
  /// an old one); 0 for none.
  std::int64_t last = 0;
};

/// What a delivery brings along beside its event.
struct Taken {
  int attempts = 0;        ///< Counted failures so far.
  std::int64_t place = 0;  ///< In the drainer's queue.
  std::string key;         ///< As stored.
  /// The open seq right before it, of its key and this listener.
  std::optional<std::int64_t> before_seq = {};
};

/// Pending events, or deliveries with their events, read by the transaction that now holds their
/// lanes. Rows of a lane stand together: events in seq order, of deliveries first those whose retry
/// is due and then those that are ready, each in the order of their places. Of a delivery whose
/// event is gone there is a row without a type.
struct Claim {
  decode::Rows events;
  std::vector<LaneRead> lanes;    ///< One for each ticket.
  std::string listeners_version;  ///< Of the snapshot the rows were read in; "" without rows.
  std::unordered_map<std::string, Taken> taken;  ///< Of deliveries, by event id.
  /// Of deliveries: the listener has waiting ones, somewhere. False without rows.
  bool any_waiting = false;

  [[nodiscard]] bool empty() const { return events.rows.empty(); }
};

/// What comes along with the events.
enum class Payloads {
  travel,  ///< They and headers.
  stay,    ///< The relay does not read them: every listener is SQL. Empty ones travel all the same.
  stay_with_headers,  ///< … nor headers.
};

/// Whose deliveries are taken, and under which lanes' locks.
struct DeliveryQueue {
  std::string listener;
  std::string drainer;  ///< "" for an attached listener, else its name.
  bool skip_dead = false;
};

}  // namespace relay::store
