#pragma once

#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What became of a wish to pause a listener, or to have it go on.
struct PauseResult {
  enum class Kind {
    done,
    nothing_to_do,  ///< It is so already.
    overtaken,      ///< Another session changed it meanwhile.
  };
  Kind kind = Kind::overtaken;
  std::string listener;
  std::string since = {};   ///< Of a pause that is there already: ISO 8601, UTC,
  std::string reason = {};  ///< and why, if that was told.
};

/// Pauses a listener until an operator resumes it: its events become deliveries that wait, no other
/// listener is held up. Under its lanes' locks. Repeating it changes nothing but the reason, where
/// a new one is given. @param reason why, or empty.
/// @throws UsageError when there is no such listener, or it is retired.
PauseResult pause_listener(pg::Connection& connection, const std::string& name,
                           const std::string& reason);

/// Ends a pause, an operator's or a relay's; deliveries that came meanwhile are worked off in
/// order.
/// @throws UsageError as above.
PauseResult resume_listener(pg::Connection& connection, const std::string& name,
                            const std::string& reason);

}  // namespace relay::operate
