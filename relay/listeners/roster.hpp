#pragma once

#include <map>
#include <string>
#include <vector>

#include "relay/listeners/duty.hpp"
#include "relay/pg/connection.hpp"

namespace relay::listeners {

/// Reads `event_listener`, `freshet_setting` and `event_suspect` in one snapshot.
/// @param instance this relay: it is not "another" that is seen.
[[nodiscard]] Registered read_registered(pg::Connection& connection, const std::string& instance);

/// Registers listeners, and says how this database works if no relay has said so. What is paused
/// stays paused. Holds every lane meanwhile, so that no batch straddles the change.
/// @throws pqxx::failure and kin; nothing is changed then. A busy lane is waited for up to the
///   lock time-out.
void register_listeners(pg::Connection& connection, const std::vector<Declaration>& declarations,
                        const std::map<std::string, std::string>& own_settings);

/// Pauses an active listener: its events become deliveries that wait for its return. Under every
/// lane's lock. @param by "relay" or "projection". @throws as above.
void pause_listener(pg::Connection& connection, const std::string& name, const std::string& reason,
                    const std::string& by);

/// Ends a relay's own pause. @throws as above.
void resume_listener(pg::Connection& connection, const std::string& name);

}  // namespace relay::listeners
