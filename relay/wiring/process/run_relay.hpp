#pragma once

#include <functional>
#include <vector>

#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/process/preflight_all.hpp"

namespace relay::wiring {

struct RunOptions {
  bool drain = false;
  std::function<Blueprint()> read;  ///< The same settings again; throws as read_blueprint.
};

/// Runs every database of the settings until SIGTERM or SIGINT or, with `drain`, until nothing is
/// pending any more. Blocks SIGTERM, SIGINT and SIGPIPE for the whole process from here on; call it
/// from main's thread, before any other thread exists. A second signal ends the drain at once.
/// SIGHUP reads the settings again, and databases that are said otherwise come, go or are taken
/// anew; so they do as the catalogue says.
/// @param blueprint borrowed until this returns. @param unfit databases that are not to be served
///   yet: each is served once it is fit for it. @param outboxes of the others.
/// @return the exit code: 0 stopped or drained, 1 refused (said on standard error and in the log).
///   A handler that cannot be stopped within the limit ends the process with 1.
/// @throws settings::SettingsError: librdkafka does not take a setting.
[[nodiscard]] int run_relay(const Blueprint& blueprint, const RunOptions& options,
                            const Unfit& unfit, std::vector<preflight::NamedOutbox> outboxes);

}  // namespace relay::wiring
