#pragma once

#include <map>
#include <string>
#include <vector>

#include "relay/listeners/standing.hpp"
#include "relay/pg/connection.hpp"

namespace relay::listeners {

/// Reads `event_listener` and `freshet_setting` in one snapshot.
[[nodiscard]] Registered read_registered(pg::Connection& connection);

/// Registers what is not registered yet (or was retired), and says how this database works if no
/// relay has said so. Holds every lane meanwhile, so that no batch straddles the change; what is
/// registered already costs one read and no lock. Events that were addressed to a new listener
/// before anybody ran it go back to the claim.
/// @throws pqxx::failure and kin; nothing is changed then. A busy lane is waited for up to the
///   lock time-out.
void register_listeners(pg::Connection& connection, const std::vector<OwnListener>& own,
                        const std::map<std::string, std::string>& own_settings);

}  // namespace relay::listeners
