#pragma once

#include <functional>
#include <optional>
#include <string>

namespace relay::flow {

/// Where flight records lie unless the settings say otherwise: $XDG_STATE_HOME/freshet, else
/// ~/.local/state/freshet, else a folder of this user's own below the temporary one.
/// @param environment looks up a variable.
[[nodiscard]] std::string flight_folder(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace relay::flow
