#pragma once

#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/cli/command_line.hpp"

namespace relay::wiring {

/// Adds the databases of the catalogue, if the settings have one, for whatever the command does,
/// and tells which rows are refused: `run` in the log, others on standard error. `check` says on
/// standard output what the catalogue holds, and goes on without it when it cannot be read.
/// @return 0, or 3 when `check` found a fault. @throws CatalogueError for other commands.
[[nodiscard]] int take_catalogue(Blueprint& blueprint, Command::Verb verb);

}  // namespace relay::wiring
