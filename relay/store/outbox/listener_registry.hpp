#pragma once

#include <map>
#include <string>
#include <vector>

#include "relay/listeners/assignment.hpp"
#include "relay/pg/connection.hpp"

namespace relay::store::outbox {

/// Reads `event_listener`, `freshet_setting` and `event_suspect` in one snapshot.
/// @param instance this relay: it is not "another" that is seen.
[[nodiscard]] listeners::Registered read_registered(pg::Connection& connection,
                                                    const std::string& instance);

/// Registers listeners, and says how this database works if no relay has said so. What is paused
/// stays paused. Under the lanes of what it registers (pg::under_lanes_of), so that no batch
/// straddles the change. No batch depends on what is not said yet: a relay says it before its first
/// claim.
/// @throws pqxx::failure and kin; nothing is changed then.
void register_listeners(pg::Connection& connection,
                        const std::vector<listeners::Declaration>& declarations,
                        const std::map<std::string, std::string>& own_settings);

/// Pauses an active listener: its events become deliveries that wait for its return. Under its
/// lanes' locks. @param by "relay" or "projection". @throws as above.
void pause_listener(pg::Connection& connection, const std::string& name, const std::string& reason,
                    const std::string& by);

/// Ends a relay's own pause. @throws as above.
void resume_listener(pg::Connection& connection, const std::string& name);

}  // namespace relay::store::outbox
