#pragma once

#include <map>
#include <string>

#include "relay/operate/blocked_keys.hpp"
#include "relay/operate/event_history.hpp"
#include "relay/operate/list_dead.hpp"
#include "relay/operate/snapshot.hpp"

namespace relay::operate {

// What was found, for people at a terminal: strangers' texts are made printable. Each ends with a
// line break. Pure.

[[nodiscard]] std::string in_text(const BlockedKeys& blocked);
/// @param projection whose deliveries and attempts were asked for; empty: all.
[[nodiscard]] std::string in_text(const EventHistory& history, const std::string& projection);
[[nodiscard]] std::string in_text(const DeadList& dead);
[[nodiscard]] std::string in_text(const std::map<std::string, RegisteredListener>& listeners);

}  // namespace relay::operate
