#pragma once

#include <string>

#include "relay/wiring/cli/command_line.hpp"

namespace CLI {
class App;
}

namespace relay::wiring {

// The subcommands, by their purpose. What they read goes into `command`, which outlives `app`.

/// Adds a subcommand with what all of them take.
CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& what,
                   const std::string& example, Command& command);
void add_dead(CLI::App& app, Command& command);   ///< dead list, show, retry, discard.
void add_keys(CLI::App& app, Command& command);   ///< keys blocked.
void add_pause(CLI::App& app, Command& command);  ///< pause, resume.
void add_replay(CLI::App& app, Command& command);
void add_purge(CLI::App& app, Command& command);

}  // namespace relay::wiring
