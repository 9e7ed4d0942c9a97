#pragma once

#include <map>
#include <string>

#include "relay/operate/dead/blocked_keys.hpp"
#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/event_history.hpp"
#include "relay/operate/dead/list_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/listeners/agreement.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/operate/status/snapshot.hpp"

namespace relay::operate {

// What was found, for people at a terminal: strangers' texts are made printable. Each ends with a
// line break. Pure.

[[nodiscard]] std::string in_text(const BlockedKeys& blocked);
/// @param projection whose deliveries and attempts were asked for; empty: all.
[[nodiscard]] std::string in_text(const EventHistory& history, const std::string& projection);
[[nodiscard]] std::string in_text(const DeadList& dead);
[[nodiscard]] std::string in_text(const std::map<std::string, RegisteredListener>& listeners);

/// Both side by side; differences are marked. @param own as this file has them.
[[nodiscard]] std::string compared(const Agreement& database, const Agreement& own);
/// What retrying them would mean, for the question before it.
[[nodiscard]] std::string before_retrying(const DeadLetters& letters);
[[nodiscard]] std::string in_text(const BeforeRetiring& before);

// What was done.
[[nodiscard]] std::string in_text(const Retried& retried);
[[nodiscard]] std::string in_text(const Discarded& discarded);
[[nodiscard]] std::string in_text(const Retired& retired);
[[nodiscard]] std::string adopted_in_text(const Agreement& changed);
[[nodiscard]] std::string paused_in_text(const PauseResult& result);
[[nodiscard]] std::string resumed_in_text(const PauseResult& result);

}  // namespace relay::operate
