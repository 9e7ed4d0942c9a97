#pragma once

#include <string>

#include "relay/claim/held_lanes.hpp"

namespace relay::claim {

/// Whose deliveries are taken, and under which lanes' locks.
struct DeliveryQueue {
  std::string listener;
  std::string drainer;  ///< "" for an attached listener, else its name.
  bool skip_dead = false;
};

/// Takes one listener's due and ready deliveries from `event_delivery`, with their events.
/// Two round trips. Threads: any number at once, each with a connection of its own.
class DeliverySource final : public Source {
 public:
  DeliverySource(DeliveryQueue queue, bool ordered, const ClaimLimits& limits);
  /// Payloads always travel: who has deliveries has failed, or is slow.
  Claim claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
              Payloads payloads) override;

 private:
  DeliveryQueue queue_;
  bool ordered_;
  ClaimLimits limits_;
  std::string read_sql_;
};

}  // namespace relay::claim
