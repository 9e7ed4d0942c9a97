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
  std::vector<std::string> complete;  ///< Ids of events; every listener is done with these.
  std::vector<std::string> park;      ///< Something is still owed of these, as in `entries`.
  /// What did not pass the first time. A delivery that is there already stays as it is.
  deliveries::Entries entries;
  /// What became of deliveries; events that owe nothing to anybody any more are completed.
  std::optional<deliveries::Settlement> settlement;
  /// By listener: what waits at the front of each of these keys, with nothing before it that holds
  /// it, becomes ready.
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
