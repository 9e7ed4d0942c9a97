#pragma once

#include "relay/preflight/finding.hpp"
#include "relay/wiring/command_line.hpp"
#include "relay/wiring/house.hpp"

namespace relay::wiring {

// One function per subcommand: what it does with a house that is built. They return the exit code
// and throw what they cannot handle.

[[nodiscard]] int migrate(const House& house);
[[nodiscard]] int check(const House& house);
[[nodiscard]] preflight::Findings findings_of(const House& house,
                                              const settings::Database& database);
/// The same checks before a run, said in the log. @param unreached gets the names of databases
/// that could not be reached, where others can be served meanwhile; not with `drain`, which ends
/// only when all is done. @return 0, or 3 when there is any other fault.
[[nodiscard]] int preflight_all(const House& house, bool drain,
                                std::vector<std::string>& unreached);
[[nodiscard]] int status(const House& house, const Command& command);
[[nodiscard]] int list_listeners(const House& house);
[[nodiscard]] int retire_listener(const House& house, const Command& command);
[[nodiscard]] int list_dead(const House& house, const Command& command);
[[nodiscard]] int show_dead(const House& house, const Command& command);
[[nodiscard]] int retry_dead(const House& house, const Command& command);
[[nodiscard]] int discard_dead(const House& house, const Command& command);
[[nodiscard]] int blocked_keys(const House& house, const Command& command);
[[nodiscard]] int pause_listener(const House& house, const Command& command);
[[nodiscard]] int resume_listener(const House& house, const Command& command);
[[nodiscard]] int publish(const House& house, const Command& command);
[[nodiscard]] int replay(const House& house, const Command& command);
[[nodiscard]] int purge(const House& house, const Command& command);
[[nodiscard]] int show_settings(const House& house, const Command& command);

}  // namespace relay::wiring
