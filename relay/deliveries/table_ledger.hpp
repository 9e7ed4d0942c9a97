#pragma once

#include "relay/deliveries/ledger.hpp"

namespace relay::deliveries {

/// `event_delivery` and `event_attempt`.
class TableLedger final : public Ledger {
 public:
  [[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
      pg::Connection& connection, const std::set<LaneKey>& keys) const override;
  void record(pg::Script& script, const Entries& entries) const override;
  [[nodiscard]] std::vector<std::string> settle(pg::Connection& connection,
                                                const Settlement& settlement) const override;
  void rehearse(pg::Script& script) const override;
  void promote(pg::Connection& connection, const std::string& listener,
               const std::set<LaneKey>& keys, int most) const override;
};

}  // namespace relay::deliveries
