#include <CLI/CLI.hpp>

#include "relay/wiring/cli/command_line_parts.hpp"

namespace relay::wiring {

void add_purge(CLI::App& app, Command& command) {
  CLI::App* verb = add_verb(app, "purge",
                            "Remove now what [retention] keeps no longer; a running relay does so "
                            "by itself",
                            "freshet purge -c config/helpdesk.toml --dry-run", command);
  verb->add_flag("--dry-run", command.dry_run, "Only tell how much would go");
  verb->callback([&command] { command.verb = Command::Verb::purge; });
}

}  // namespace relay::wiring
