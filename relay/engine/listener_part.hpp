#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/decode/decode.hpp"
#include "relay/engine/handling.hpp"
#include "relay/engine/pass_failure.hpp"
#include "relay/engine/quarantine.hpp"
#include "relay/listeners/assignment.hpp"
#include "relay/listeners/listener.hpp"

namespace relay::engine {

/// Stands where the server's SQLSTATE does in a failure that is not the listener's: the relay could
/// not complete or record this one event.
inline constexpr const char* own_failure = "FRSH1";

/// One listener's part of a batch: which events it was to see and what became of each.
struct ListenerPart {
  const listeners::Listener* listener = nullptr;
  std::vector<std::size_t> events;       ///< Indices into the decoded batch.
  std::vector<projections::Fate> fates;  ///< One per index.
};

/// What a pass lends to each listener's call.
struct Call {
  const Quarantined& quarantined;
  const listeners::Suspects& suspects;
  projections::Order order;
  projections::SavepointBudget& budget;
  projections::Tx& tx;
  Handling& handling;
};

/// Runs a listener over its events of a batch. Those that never reach the handler (a payload that
/// cannot be read, an event that it is quarantined for, whatever waits behind either) part the rest
/// into stretches.
/// @param held what waits for this listener already.
/// @throws PassFailed: in the handler, or the listener is down or stopped.
[[nodiscard]] ListenerPart run_listener(listeners::Listener& listener,
                                        const decode::DecodedBatch& batch,
                                        projections::HeldKeys held, const Call& call);

/// A listener's part as it will be if all goes well, and the text that makes it so, which may then
/// travel with what follows.
struct OptimisticPart {
  ListenerPart part;  ///< All done, all fresh.
  std::vector<projections::Event> events;
  std::string sql;
};

/// @return nothing: it must be run, because an event is kept from the handler, or the listener
/// cannot say beforehand what it does. @param held as above.
[[nodiscard]] std::optional<OptimisticPart> optimistic_part(const listeners::Listener& listener,
                                                            const decode::DecodedBatch& batch,
                                                            const projections::HeldKeys& held,
                                                            const Call& call);

/// Runs `work`, which sends the text, under the handler's deadline and flight record.
/// @throws PassFailed, in the handler, for projections::TransactionOver and when its time is over;
/// else what `work` throws.
void send(const OptimisticPart& optimistic, const Call& call, const std::function<void()>& work);

/// Places in a batch of deliveries whose events wait, with what holds each: the open seq of its key
/// right before it, which was not taken.
using HeldFrom = std::map<std::size_t, std::int64_t>;

/// The same over its deliveries: each event is its own, and one whose type it no longer subscribes
/// to is passed over, with a remark.
[[nodiscard]] ListenerPart run_deliveries(listeners::Listener& listener,
                                          const decode::DecodedBatch& batch,
                                          const HeldFrom& held_from, const Call& call);

}  // namespace relay::engine
