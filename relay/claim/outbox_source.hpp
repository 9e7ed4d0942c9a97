#pragma once

#include "relay/claim/held_lanes.hpp"

namespace relay::claim {

/// Reads `event_publication`. Ordered: whole lanes are locked and only then read, so that one key
/// is in one hand at a time. Unordered: the events themselves are locked, stepping over held ones.
/// One round trip (V010). Threads: any number at once, each with a connection of its own.
class OutboxSource final : public Source {
 public:
  OutboxSource(bool ordered, const ClaimLimits& limits) : limits_(limits), ordered_(ordered) {}
  Claim claim(pg::Connection& connection, const std::vector<LaneTicket>& tickets,
              Payloads payloads) override;

  /// How many lanes one claim should ask for: enough to fill a batch, few enough to share.
  [[nodiscard]] int lanes_per_claim() const;

 private:
  [[nodiscard]] pqxx::result take(pg::Connection& connection,
                                  const std::vector<LaneTicket>& tickets, Payloads payloads) const;

  ClaimLimits limits_;
  bool ordered_;
};

}  // namespace relay::claim
