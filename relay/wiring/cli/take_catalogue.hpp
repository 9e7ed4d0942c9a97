#pragma once

#include <string>

#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/cli/command_line.hpp"

namespace relay::wiring {

/// Adds the databases of the catalogue, if the settings have one, for whatever the command does,
/// and tells what is wrong with it: `run` in the log, `check` on standard output, others on
/// standard error. Where it cannot be read, what the file has is what the command is about.
/// @return 0, or 3 when that was a fault of what the command is to do: a catalogue that cannot be
/// read, but for a relay that asks it again; and a row that is refused, where the command judges or
/// changes all databases. @throws CatalogueError when it cannot be read and the file has none.
[[nodiscard]] int take_catalogue(Blueprint& blueprint, const Command& command);

/// What the catalogue should have added and has not, "1 row of the catalogue was refused: c7"; "".
[[nodiscard]] std::string catalogue_faults(const Blueprint& blueprint);

/// Says that at the end of a command that changes all databases, whose lines may be many.
void conclude(const Blueprint& blueprint, const Command& command);

}  // namespace relay::wiring
