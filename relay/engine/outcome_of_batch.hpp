#pragma once

#include <set>
#include <string>
#include <vector>

#include "relay/decode/decoder.hpp"
#include "relay/deliveries/ledger.hpp"
#include "relay/listeners/listener.hpp"

namespace relay::engine {

/// One listener's part of a batch: which events it was to see and what became of each.
struct ListenerPart {
  const listeners::Listener* listener = nullptr;
  std::vector<std::size_t> events;       ///< Indices into the decoded batch.
  std::vector<projections::Fate> fates;  ///< One per index.
};

/// What a batch comes to, before anything of it is written.
struct BatchOutcome {
  std::vector<std::string> complete;  ///< Every listener is done with these.
  std::vector<std::string> park;      ///< These have open deliveries.
  deliveries::Entries entries;
  bool left_over = false;  ///< Some events stay pending.
};

/// Adds up the listeners' parts, event by event. An event addressed to a listener that nobody
/// registered gets a `ready` delivery and is parked, so that it neither vanishes nor blocks. Pure.
[[nodiscard]] BatchOutcome outcome_of(const decode::DecodedBatch& batch,
                                      const std::vector<ListenerPart>& parts);

}  // namespace relay::engine
