#pragma once

#include <string>
#include <vector>

#include "relay/base/chance.hpp"
#include "relay/deliveries/delivery.hpp"
#include "relay/engine/listener_part.hpp"
#include "relay/listeners/assignment.hpp"
#include "relay/store/batch_end.hpp"

namespace relay::engine {

/// What a batch comes to, before anything of it is written.
struct BatchPlan {
  store::BatchEnd end;
  bool left_over = false;  ///< Some events, or deliveries, stay as they are.
};

/// Adds up the listeners' parts, event by event; each other listener that must see an event gets a
/// `ready` delivery. An event addressed to a listener that is not registered gets one as well and
/// is parked, so that it neither vanishes nor blocks. Of keys whose failed event was given up at
/// once while later ones of theirs may go on, what waits is promoted. Pure but for `chance`.
[[nodiscard]] BatchPlan plan_batch(const decode::DecodedBatch& batch,
                                   const std::vector<ListenerPart>& parts,
                                   const listeners::Assignment& assignment, const Chance& chance);

/// The delivery of an event, in a state.
[[nodiscard]] deliveries::Delivery delivery_of(const decode::DecodedEvent& decoded,
                                               const std::string& listener,
                                               deliveries::Delivery::State state);

/// A delivery after one more counted failure: due again by the listener's schedule, or dead. What
/// cannot be read, or kills the process, is dead at once.
/// @param failures counted before this one.
[[nodiscard]] deliveries::Delivery failed(const decode::DecodedEvent& decoded,
                                          const projections::ProjectionOptions& listener,
                                          const projections::Failure& failure, int failures,
                                          const Chance& chance);

/// A delivery that its handler wants again later; nothing is counted.
[[nodiscard]] deliveries::Delivery postponed(const decode::DecodedEvent& decoded,
                                             const std::string& listener,
                                             const projections::Fate& fate, int failures);

}  // namespace relay::engine
