#pragma once

#include <string>
#include <vector>

namespace relay::settings {

/// The names of this process's environment variables that begin with FRESHET_.
[[nodiscard]] std::vector<std::string> own_variables();

/// What is wrong with variables that look like settings and are none: no database of that name, no
/// such setting, or one that only the file can say. No values are shown. Pure.
/// @param databases all that are served, also those of a catalogue.
[[nodiscard]] std::vector<std::string> variable_faults(const std::vector<std::string>& variables,
                                                       const std::vector<std::string>& databases);

}  // namespace relay::settings
