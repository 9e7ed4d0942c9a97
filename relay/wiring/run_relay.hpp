#pragma once

#include "projections/registry.hpp"
#include "relay/settings/settings.hpp"

namespace relay::wiring {

/// Runs every database of the settings until SIGTERM or SIGINT or, with `drain`, until nothing is
/// pending any more. Blocks SIGTERM, SIGINT and SIGPIPE for the whole process from here on; call it
/// from main's thread, before any other thread exists. A second signal ends the drain at once.
/// @param registry borrowed until this returns.
/// @return the exit code: 0 stopped or drained, 1 refused (said on standard error and in the log).
///   A handler that cannot be stopped within the limit ends the process with 1.
[[nodiscard]] int run_relay(const settings::Settings& settings,
                            const projections::Registry& registry, bool drain);

}  // namespace relay::wiring
