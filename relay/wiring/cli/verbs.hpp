#pragma once

#include "relay/preflight/finding.hpp"
#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/cli/command_line.hpp"

namespace relay::wiring {

// One function per subcommand: what it does with a blueprint that is read. They return the exit
// code and throw what they cannot handle.

[[nodiscard]] int migrate(const Blueprint& blueprint);
[[nodiscard]] int check(const Blueprint& blueprint);
/// @param outbox gets which one it is, if that can be told; may be null.
[[nodiscard]] preflight::Findings findings_of(
    const Blueprint& blueprint, const settings::Database& database,
    std::optional<preflight::OutboxIdentity>* outbox = nullptr);
/// The same checks before a run, said in the log. @param unreached gets the names of databases
/// that could not be reached, where others can be served meanwhile; not with `drain`, which ends
/// only when all is done. @param outboxes gets those that were reached.
/// @return 0, or 3 when there is any other fault.
[[nodiscard]] int preflight_all(const Blueprint& blueprint, bool drain,
                                std::vector<std::string>& unreached,
                                std::vector<preflight::NamedOutbox>& outboxes);
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
