#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/apply/apply.hpp"
#include "relay/deliveries/delivery.hpp"
#include "relay/pg/connection.hpp"

namespace relay::deliveries {

/// What did not pass in one batch of the first pass.
struct Entries {
  std::vector<Delivery> deliveries;
  std::vector<Remark> remarks;
};

/// What became of some deliveries of one listener.
struct Settlement {
  std::string listener;
  std::vector<std::string> done;  ///< Event ids.
  std::vector<Delivery> changed;  ///< retrying, dead or waiting from here on.
  std::vector<Remark> remarks;
};

/// The book of what is still owed, inside the claim's transaction. Only who holds (lane, drainer)
/// may change what is written there of that drainer's listeners.
class Ledger {
 public:
  virtual ~Ledger() = default;
  /// What is open of the keys asked for, by listener of the first pass: events behind it wait. A
  /// dead letter is open unless the listener skips.
  [[nodiscard]] virtual std::map<std::string, projections::HeldKeys> held_keys(
      pg::Connection& connection, const std::set<LaneKey>& keys) const = 0;
  /// Writes the batch's entries when the script runs; a delivery that is there already stays as it
  /// is.
  virtual void record(pg::Script& script, const Entries& entries) const = 0;
  /// Ends and changes deliveries. Locks the events first, since another listener may be settling
  /// its share of them. @return the ids of those that owe nothing to anybody any more.
  [[nodiscard]] virtual std::vector<std::string> settle(pg::Connection& connection,
                                                        const Settlement& settlement) const = 0;
  /// What waits at the front of each key with nothing before it that holds it becomes ready; of
  /// each key the first `most` open deliveries are looked at.
  virtual void promote(pg::Connection& connection, const std::string& listener,
                       const std::set<LaneKey>& keys, int most) const = 0;
};

}  // namespace relay::deliveries
