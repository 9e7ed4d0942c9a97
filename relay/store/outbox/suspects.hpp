#pragma once

#include <string>
#include <vector>

#include "relay/flow/crash/flight_remains.hpp"
#include "relay/pg/connection.hpp"

namespace relay::store::outbox {

/// Stores what was in the air when processes died. Every relay runs it alone from now on where its
/// own thread crashed, or where it was in the air for the second time when a process vanished: once
/// is most often a kill from outside. Counts rise only for what was alone already. One transaction
/// of its own. @throws pqxx::failure.
void store_suspects(pg::Connection& connection, const std::vector<flow::FlightRemains>& remains);

/// Inside the claim's transaction: these have come through alone, or are dead letters now.
void clear_suspects(pg::Connection& connection, const std::string& listener,
                    const std::vector<std::string>& event_ids);

}  // namespace relay::store::outbox
