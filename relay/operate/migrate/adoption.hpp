#pragma once

#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What stands in the way of migrating this database for the first time: the place where objects
/// would go, and the tables that an application already has. Each fault is a sentence with its
/// remedy; none: go ahead. Only reads.
/// @throws pqxx::failure and kin.
[[nodiscard]] std::vector<std::string> adoption_faults(pg::Connection& connection);

}  // namespace relay::operate
