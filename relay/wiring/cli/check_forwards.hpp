#pragma once

#include <chrono>
#include <functional>

#include "relay/preflight/finding.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// Asks the brokers for the topics of all forwards: those that are named as they are, and of
/// templates those that some of the pending and latest events of each database give. Changes and
/// writes nothing. A database that cannot be asked is a warning.
/// @param time what the brokers may take. @param asked whether a database may be asked; empty: all.
/// @return empty without forwards.
[[nodiscard]] preflight::Findings inspect_forwards(
    const Blueprint& blueprint, std::chrono::milliseconds time,
    const std::function<bool(const settings::Database&)>& asked = {});

}  // namespace relay::wiring
