#pragma once

#include <vector>

#include "relay/store/outbox/held_lanes.hpp"

namespace relay::store::outbox {

/// Takes one listener's due and ready deliveries from `event_delivery`, with their events. Two
/// round trips, of which the first opens a transaction.
[[nodiscard]] Claim claim_deliveries(pg::Connection& connection, const ClaimLimits& limits,
                                     const DeliveryQueue& queue,
                                     const std::vector<lanes::LaneTicket>& tickets);

}  // namespace relay::store::outbox
