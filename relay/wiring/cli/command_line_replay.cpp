#include <CLI/CLI.hpp>

#include "relay/wiring/cli/command_line_parts.hpp"

namespace relay::wiring {

void add_replay(CLI::App& app, Command& command) {
  Command::Replay& replay = command.replay;
  CLI::App* verb = add_verb(
      app, "replay", "Send kept history of a forward to another topic; goes on if cut off",
      "freshet replay -c config/helpdesk.toml --forward incidents --to incidents.again \\\n"
      "    --from 2026-03-01T00:00:00Z --type 'Incident*' --rate 1000",
      command);
  verb->add_option("--forward", replay.forward, "The forward whose events are meant")
      ->required()
      ->type_name("NAME");
  verb->add_option("--to", replay.topic, "The topic; it must exist, and no forward may send to it")
      ->required()
      ->type_name("TOPIC");
  verb->add_option("--from", replay.filter.from, "From this seq or publication time on")
      ->type_name("SEQ|TIME");
  verb->add_option("--until", replay.filter.until,
                   "Up to and with this seq, or before this publication time")
      ->type_name("SEQ|TIME");
  verb->add_option("--key", replay.filter.key,
                   "Only this key: an aggregate_id, or a keyless event's id")
      ->type_name("ID");
  verb->add_option("--type", replay.filter.type,
                   "Only this event type; * stands for any characters")
      ->type_name("PATTERN");
  verb->add_option("--rate", replay.rate, "Events per second at most, spread evenly")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  verb->add_flag("--restart", replay.restart, "Give an unfinished one up and begin anew");
  verb->add_flag("--yes", command.yes, "Do not ask");
  verb->callback([&command] { command.verb = Command::Verb::replay; });
}

}  // namespace relay::wiring
