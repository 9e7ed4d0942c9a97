#pragma once

#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/cli/command_line.hpp"

namespace relay::wiring {

/// Does what the command asks. Results go to standard output, everything else to standard error;
/// whatever goes wrong is one clear sentence there. Never throws. @return the exit code.
[[nodiscard]] int execute(const Command& command, const Additions& additions);

}  // namespace relay::wiring
