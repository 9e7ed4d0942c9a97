#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/held_keys.hpp"
#include "relay/deliveries/delivery.hpp"
#include "relay/pg/connection.hpp"

namespace relay::store::outbox {

// The book of what is still owed, `event_delivery` and `event_attempt`, inside the claim's
// transaction. Only who holds (lane, drainer) may change what is written there of that drainer's
// listeners.

/// What is open of the keys asked for, by listener of the first pass: events behind it wait.
[[nodiscard]] std::map<std::string, projections::HeldKeys> held_keys(
    pg::Connection& connection, const std::set<deliveries::LaneKey>& keys);

/// Writes entries when the script runs; a delivery that is there already stays as it is.
void record(pg::Script& script, const deliveries::Entries& entries);

/// Ends and changes deliveries. Locks the events first, since another listener may be settling its
/// share of them. @return the ids of those that owe nothing to anybody any more.
[[nodiscard]] std::vector<std::string> settle(pg::Connection& connection,
                                              const deliveries::Settlement& settlement);

/// The same statements over no delivery: they fail if they could not work for any.
void rehearse_ledger(pg::Script& script);

/// What waits at the front of each key with nothing before it that holds it becomes ready; of each
/// key the first `most` open deliveries are looked at.
void promote(pg::Connection& connection, const std::string& listener,
             const std::set<deliveries::LaneKey>& keys, int most);

}  // namespace relay::store::outbox
