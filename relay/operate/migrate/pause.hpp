#pragma once

#include "relay/operate/migrate/migrate.hpp"

namespace relay::operate {

/// Waits for `options.pause`, or until `options.stop` is requested.
/// @throws MigrateError in that case: what is done is done, and a later run goes on.
void pause(const MigrateOptions& options);

}  // namespace relay::operate
