#pragma once

#include "relay/engine/plan_batch.hpp"
#include "relay/store/claim.hpp"

namespace relay::engine {

/// Where a key has a gap: what is open right before an event was not taken. Pure.
[[nodiscard]] HeldFrom held_from(const decode::DecodedBatch& batch, const store::Claim& claim);

/// Adds up a batch of one listener's deliveries; keys of which one has gone are promoted, if any
/// delivery waits. Pure but for `chance`.
[[nodiscard]] BatchPlan plan_deliveries(const decode::DecodedBatch& batch, const ListenerPart& part,
                                        const store::Claim& claim, const Chance& chance);

}  // namespace relay::engine
