#pragma once

#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/cli/command_line.hpp"

namespace relay::wiring {

// One function per subcommand: what it does with a blueprint that is read. They return the exit
// code and throw what they cannot handle.

[[nodiscard]] int migrate(const Blueprint& blueprint);
/// @param all the blueprint has all databases that there are.
[[nodiscard]] int check(const Blueprint& blueprint, bool all);
[[nodiscard]] int status(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int list_listeners(const Blueprint& blueprint);
[[nodiscard]] int retire_listener(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int list_dead(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int show_dead(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int retry_dead(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int discard_dead(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int blocked_keys(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int pause_listener(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int resume_listener(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int publish(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int replay(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int purge(const Blueprint& blueprint, const Command& command);
[[nodiscard]] int show_settings(const Blueprint& blueprint, const Command& command);

}  // namespace relay::wiring
