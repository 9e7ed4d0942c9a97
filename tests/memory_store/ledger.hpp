#pragma once

#include <set>
#include <string>
#include <vector>

#include "relay/deliveries/delivery.hpp"
#include "tests/memory_store/session.hpp"

// What a transaction writes of deliveries and events: relay/store/outbox/ledger and relay/operate.
// Each is a statement, or several, with its pauses.

namespace tests::memory {

/// Draws a place for each. A delivery that is there already stays as it is.
void record(Session& session, const relay::deliveries::Entries& entries);

/// Changes and ends deliveries. @return the events that owe nothing to anybody any more.
[[nodiscard]] std::vector<std::string> settle(Session& session,
                                              const relay::deliveries::Settlement& settlement);

/// Ends deliveries under their events' locks. @return as `settle`.
[[nodiscard]] std::vector<std::string> end_deliveries(Session& session, const std::string& listener,
                                                      std::vector<std::string> event_ids);

void complete(Session& session, const std::vector<std::string>& event_ids);
void park(Session& session, const std::vector<std::string>& event_ids);

/// What waits at the front of each key, with nothing before it that holds it, becomes ready. Of
/// each key the first `most` open deliveries are looked at.
void promote(Session& session, const std::string& listener,
             const std::set<relay::deliveries::LaneKey>& keys, std::size_t most);

}  // namespace tests::memory
