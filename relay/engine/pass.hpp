#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "relay/engine/engine_parts.hpp"
#include "relay/engine/handling.hpp"
#include "relay/engine/listener_part.hpp"
#include "relay/engine/obstacles.hpp"
#include "relay/listeners/assignment.hpp"
#include "relay/store/worker_session.hpp"

namespace relay::engine {

/// What became of one claim.
struct PassResult {
  std::vector<store::LaneRead> lanes;
  std::size_t events = 0;         ///< Settled by the commit: completed, parked, or no longer owed.
  bool stale = false;             ///< The listeners changed; nothing was done.
  bool left_over = false;         ///< The savepoint budget was spent; the rest wants care.
  bool wants_alone = false;       ///< There are suspects in it; nothing was done.
  std::optional<LoneEvent> lone;  ///< All that was read.
  bool stepped_over = false;      ///< It is stuck, or behind one that is; nothing was done.
  std::set<int> stuck_lanes;      ///< There are such events among others; nothing was done.
  std::vector<std::string> gone;  ///< Of the stuck events: passed now, or pending no more.
  std::vector<EventAndListener> buried;        ///< Of the quarantined: counted now.
  bool retries = false;                        ///< Some deliveries are to be tried again.
  std::map<std::string, std::set<int>> ready;  ///< Lanes with new ready deliveries, by listener.
};

/// What a pass is done with, beside the parts.
struct PassContext {
  store::WorkerSession& session;
  Handling& handling;
  bool alone;     ///< Nothing runs beside it in this process, and it has one event.
  bool in_steps;  ///< The last SQL does not travel with the batch's end.
  const std::vector<lanes::LaneTicket>& tickets;
  const listeners::Assignment& assignment;
  const Quarantined& quarantined;
  const StuckEvents& stuck;
};

/// Passes one batch of new events (`EventBatch`), or of a listener's deliveries (`DeliveryBatch`).
/// One transaction in the caller's session; the caller rolls back when this throws.
/// @param queue null: new events. @param result what is known so far, also when this throws.
/// @throws PassFailed; else what a statement of the store met.
void pass(const EngineParts& parts, const Queue* queue, const PassContext& context,
          PassResult& result);

}  // namespace relay::engine
