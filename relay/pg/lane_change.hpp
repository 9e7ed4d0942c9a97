#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::pg {

/// Whose batches a change concerns, beside those of the first pass, which every change concerns.
struct Concerned {
  std::vector<std::string> listeners;  ///< Whose rows change; attached ones may be named, too.
  bool everybody = false;              ///< All of them, as for a setting that all batches read.
};

/// How long a change waits for a batch under way: half a minute, or as long as this connection
/// waits for any answer, which is longer than its relay's handlers may take.
[[nodiscard]] std::chrono::milliseconds patience_of(const Connection& connection);

/// Changes what batches depend on: runs `change` in a transaction that holds the lanes of those
/// concerned and of the first pass, so that no batch of any relay straddles it; puts forwards where
/// they belong; raises the listeners' version, so that relays look again; commits.
///
/// The change is announced before the lanes are locked: new batches of those concerned step back,
/// so the longest one under way is waited for, and after it the first pass's, which goes on until
/// then. Other listeners go on throughout. An announcement ends with its transaction, also when its
/// process dies.
/// @throws what `change` throws, and pqxx::failure and kin, rolled back; 55P03 when a batch took
///   longer than `patience`.
void under_lanes_of(Connection& connection, const Concerned& whom,
                    const std::function<void()>& change, std::chrono::milliseconds patience);

}  // namespace relay::pg
