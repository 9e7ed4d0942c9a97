#pragma once

#include <string>
#include <vector>

#include "relay/operate/locks/under_lane.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Open deliveries of one listener in one lane, by event id, with their keys.
struct Chosen {
  std::vector<std::string> events;
  std::vector<std::string> keys;
};

/// The rows of a statement that returns (event_id, key).
[[nodiscard]] Chosen chosen_from(const pqxx::result& rows);

/// Takes these deliveries away for good, in the transaction that holds the lane: events to which
/// nothing is owed any more are completed as the database's completion mode says. Their history of
/// attempts stays.
/// @return how many deliveries. @throws pqxx::failure and kin.
int settle(pg::Connection& connection, const HeldLane& lane, const Chosen& chosen);

/// Lets what waits in these deliveries' keys with nothing before it that holds it go on, after
/// `settle` or whatever else was done to them.
void promote(pg::Connection& connection, const HeldLane& lane, const Chosen& chosen);

}  // namespace relay::operate
