#pragma once

#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// Pauses a listener until an operator resumes it: its events become deliveries that wait, nobody
/// else is held up. Under its lanes' locks. Repeating it changes nothing but the reason, where a
/// new one is given. @param reason why, or empty. @return what was done, in words.
/// @throws UsageError when there is no such listener, or it is retired.
std::string pause_listener(pg::Connection& connection, const std::string& name,
                           const std::string& reason);

/// Ends a pause, whoever began it; deliveries that came meanwhile are worked off in order.
/// @return what was done, in words. @throws UsageError as above.
std::string resume_listener(pg::Connection& connection, const std::string& name,
                            const std::string& reason);

}  // namespace relay::operate
