#pragma once

#include <vector>

#include "relay/store/outbox/held_lanes.hpp"

namespace relay::store::outbox {

/// Reads `event_publication`. Ordered: whole lanes are locked and only then read, so that one key
/// is in one hand at a time. Unordered: the events themselves are locked, stepping over held ones.
/// One round trip (V010), which opens a transaction.
[[nodiscard]] Claim claim_events(pg::Connection& connection, const ClaimLimits& limits,
                                 const std::vector<lanes::LaneTicket>& tickets, Payloads payloads);

/// How many lanes one claim should ask for: enough to fill a batch, few enough to share.
[[nodiscard]] int lanes_per_claim(const ClaimLimits& limits);

}  // namespace relay::store::outbox
