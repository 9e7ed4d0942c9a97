#pragma once

#include <string>

#include "relay/settings/settings.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// The one database that a command is about. @param why it can't be about several, as the beginning
/// of a sentence. @throws SettingsError when it is not clear which.
[[nodiscard]] const settings::Database& the_database(
    const Blueprint& blueprint, const std::string& why = "the settings have several databases");

}  // namespace relay::wiring
