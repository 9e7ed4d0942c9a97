#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "projections/failure.hpp"
#include "relay/engine/parts.hpp"

namespace relay::engine {

/// Listeners that are known to make an event's transaction fail as a whole: (event id, listener)
/// and why. They are not called for it again; it becomes their dead letter.
using Condemned = std::map<std::pair<std::string, std::string>, projections::Failure>;

/// What became of one claim.
struct PassResult {
  std::vector<claim::LaneRead> lanes;
  std::size_t events = 0;  ///< Settled by the commit: completed or parked.
  bool stale = false;      ///< The listeners changed; nothing was done.
  bool left_over = false;  ///< The savepoint budget was spent; the rest wants care.
  std::vector<std::pair<std::string, std::string>> buried;  ///< Of the condemned: now dead letters.
};

/// The listener's call that a transaction died of.
class ListenerFailed : public std::runtime_error {
 public:
  ListenerFailed(std::string event, std::string who, projections::Failure why)
      : std::runtime_error(why.message),
        event_id(std::move(event)),
        listener(std::move(who)),
        failure(std::move(why)) {}
  std::string event_id;  ///< The first event of the batch it was called with.
  std::string listener;
  projections::Failure failure;
};

/// COMMIT was refused; nothing of the batch is there.
class CommitRefused : public std::runtime_error {
 public:
  CommitRefused(projections::Failure why, std::vector<std::pair<std::string, std::string>> who)
      : std::runtime_error(why.message), failure(std::move(why)), applied(std::move(who)) {}
  projections::Failure failure;
  std::vector<std::pair<std::string, std::string>> applied;  ///< (event id, listener) in it.
};

/// The life of a batch: claim, decode, guard and apply, record, complete, commit, measure.
/// One transaction on the caller's connection; the caller rolls back when this throws.
/// @param version the listeners' version that this relay may claim under.
/// @param result what is known so far, also when this throws.
/// @throws ListenerFailed, CommitRefused, projections::RetryRequested, HaltRequested,
/// ProjectionBroken, pqxx::failure and kin.
void pass(const Parts& parts, pg::Connection& connection,
          const std::vector<claim::LaneTicket>& tickets, const std::string& version,
          const Condemned& condemned, const std::stop_token& stop, PassResult& result);

}  // namespace relay::engine
