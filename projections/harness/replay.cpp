#include "projections/harness/replay.hpp"

#include "projections/apply/apply.hpp"

namespace projections::harness {

Report replay(const Projection& projection, std::span<const Event> events, Tx& tx) try {
  HeldKeys held;
  SavepointBudget budget;
  const auto fates = apply_batch(projection, Batch{events}, held, budget, tx, {});
  for (std::size_t i = 0; i < fates.size(); ++i) {
    if (fates[i].kind != Fate::Kind::failed) continue;
    return {"event " + std::to_string(events[i].seq) + " (" + std::string{events[i].type} +
            ") failed: " + fates[i].failure.message};
  }
  return {};
} catch (const std::exception& error) {
  return {std::string{"the batch could not be applied: "} + error.what()};
}

}  // namespace projections::harness
