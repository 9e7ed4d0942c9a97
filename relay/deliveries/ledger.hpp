#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/apply/apply.hpp"
#include "relay/pg/connection.hpp"

namespace relay::deliveries {

/// An (event, listener) pair that did not complete at the first pass.
struct Delivery {
  std::string event_id;
  std::string listener;
  int lane = 0;
  std::int64_t seq = 0;
  std::string key;
  std::string state;        ///< ready, waiting, dead
  std::string error_class;  ///< dead: "payload" or what the failure asked for.
  std::string error;        ///< dead: one line.
};

/// Something worth keeping in an event's history that made no delivery, such as a skip.
struct Remark {
  std::string event_id;
  std::string listener;
  std::string error_class;
  std::string error;
};

/// What did not pass in one batch.
struct Entries {
  std::vector<Delivery> deliveries;
  std::vector<Remark> remarks;
  [[nodiscard]] bool empty() const { return deliveries.empty() && remarks.empty(); }
};

/// The book of what is still owed, inside the claim's transaction.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// Keys, of those asked for, that wait behind an open delivery; by listener.
  [[nodiscard]] virtual std::map<std::string, projections::HeldKeys> held_keys(
      pg::Connection& connection, const std::vector<int>& lanes,
      const std::set<std::string>& keys) const = 0;
  /// Writes the batch's entries; a delivery that is there already stays as it is.
  virtual void record(pg::Connection& connection, const Entries& entries) const = 0;
};

/// `event_delivery` and `event_attempt`.
class TableLedger final : public Ledger {
 public:
  [[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
      pg::Connection& connection, const std::vector<int>& lanes,
      const std::set<std::string>& keys) const override;
  void record(pg::Connection& connection, const Entries& entries) const override;
};

}  // namespace relay::deliveries
