#pragma once

#include <set>
#include <string>

#include "relay/engine/outcome_of_batch.hpp"
#include "relay/store/claim.hpp"

namespace relay::engine {

/// What a batch of one listener's deliveries comes to, before anything of it is written.
struct DrainOutcome {
  deliveries::Settlement settlement;
  std::set<deliveries::LaneKey> promote;  ///< Keys of which one has gone, if any delivery waits.
  bool left_over = false;                 ///< Some deliveries stay as they are.
};

/// Where a key has a gap: what is open right before an event was not taken. Pure.
[[nodiscard]] HeldFrom held_from(const decode::DecodedBatch& batch, const store::Claim& claim);

/// Adds up a batch of deliveries. Pure but for `chance`.
[[nodiscard]] DrainOutcome outcome_of_drain(const decode::DecodedBatch& batch,
                                            const ListenerPart& part, const store::Claim& claim,
                                            const Chance& chance);

}  // namespace relay::engine
