#pragma once

#include "relay/settings/settings.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// The one database that a command changes. @throws SettingsError when it is not clear which.
[[nodiscard]] const settings::Database& the_database(const Blueprint& blueprint);

}  // namespace relay::wiring
