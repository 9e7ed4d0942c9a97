#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/failure.hpp"
#include "relay/deliveries/delivery.hpp"

namespace relay::store {

/// What a batch came to, told to its store in one message and committed by it.
struct BatchEnd {
  /// What the last listener does, as a text that the store runs as it is, before the rest; it has
  /// no limit but that of the call (`WorkerSession::within`). Only with `complete`, `park` and
  /// `entries`. Its owner outlives the call of `end`.
  std::optional<std::string_view> effect;
  /// Ids of events; every listener is done with these. One that is gone is no error, nor below.
  std::vector<std::string> complete;
  std::vector<std::string> park;  ///< Something is still owed of these, as in `entries`.
  /// What did not pass the first time, with places in the order of seqs. A delivery that is there
  /// already stays as it is, and so does an event's first remark for a listener.
  deliveries::Entries entries;
  /// What became of deliveries; parked events that owe nothing to anybody any more are completed.
  /// What is changed keeps its place, and its error if it brings none.
  std::optional<deliveries::Settlement> settlement;
  /// By listener: what waits at the front of each of these keys, with nothing before it that holds
  /// it, becomes ready, with a new place; of each key as many are looked at as a batch may have.
  std::map<std::string, std::set<deliveries::LaneKey>> promote;
  /// By listener, ids of events: they came through alone, or are dead letters now.
  std::map<std::string, std::vector<std::string>> suspects_no_more;
  /// False: a crash of the store's server may undo it, since nothing has left for elsewhere.
  bool wait_for_disk = true;
};

/// COMMIT was refused; nothing of the batch is there.
class CommitRefused : public std::runtime_error {
 public:
  explicit CommitRefused(projections::Failure why)
      : std::runtime_error(why.message), failure(std::move(why)) {}
  projections::Failure failure;
};

}  // namespace relay::store
