#include <CLI/CLI.hpp>

#include "relay/wiring/cli/command_line_parts.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

void refuse(const std::string& sentence) {
  throw CLI::ParseError(sentence, CLI::ExitCodes::ValidationError);
}

void add_filters(CLI::App& verb, operate::DeadFilter& filter) {
  verb.add_option("--projection", filter.projection, "Only this projection's")->type_name("NAME");
  verb.add_option("--key", filter.key, "Only this key: an aggregate_id, or a keyless event's id")
      ->type_name("ID");
  verb.add_option("--key-type", filter.key_type, "The aggregate_type that --key is of")
      ->type_name("TYPE");
  verb.add_option("--type", filter.type, "Only this event type; * stands for any characters")
      ->type_name("PATTERN");
  verb.add_option("--error-class", filter.error_class, "Only failures of this class")
      ->type_name("CLASS");
}

void add_limit(CLI::App& verb, Command& command) {
  verb.add_option("--limit", command.limit, "How many are shown")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
}

void add_list(CLI::App& dead, Command& command) {
  CLI::App* list =
      add_verb(dead, "list", "Show the dead letters, the oldest failure first",
               "freshet dead list -c config/helpdesk.toml --type 'Incident*'", command);
  add_filters(*list, command.dead);
  add_limit(*list, command);
  list->add_flag("--json", command.json, "One JSON object for scripts");
  list->callback([&command] { command.verb = Verb::dead_list; });
}

void add_show(CLI::App& dead, Command& command) {
  CLI::App* show =
      add_verb(dead, "show", "Show an event: payload, headers, every failure, what waits behind it",
               "freshet dead show 0190a6f2-5e1c-7b3a-9c58-3f1d2c4b5a69 -c FILE", command);
  show->add_option("event", command.dead.events, "The event's id")
      ->required()
      ->expected(1)
      ->type_name("EVENT");
  show->add_option("--projection", command.dead.projection, "Only this projection's")
      ->type_name("NAME");
  show->callback([&command] { command.verb = Verb::dead_show; });
}

void add_retry(CLI::App& dead, Command& command) {
  CLI::App* retry =
      add_verb(dead, "retry", "Put dead letters back into the queue, in order",
               "freshet dead retry -c config/helpdesk.toml --error-class event", command);
  retry->add_option("events", command.dead.events, "Ids of events")->type_name("EVENT");
  retry->add_flag("--all", command.all, "Every dead letter, of every database of the file");
  add_filters(*retry, command.dead);
  retry->add_flag("--yes", command.yes, "Do not ask");
  retry->callback([&command] {
    command.verb = Verb::dead_retry;
    if (!command.all && command.dead.empty()) {
      refuse("say which dead letters to retry: EVENT ids, a filter such as --projection, or --all");
    }
    if (command.all && !command.dead.empty()) {
      refuse("--all means every dead letter: leave out either it, or the events and filters");
    }
  });
}

void add_discard(CLI::App& dead, Command& command) {
  CLI::App* discard =
      add_verb(dead, "discard", "Give dead letters up for good",
               "freshet dead discard -c FILE --key INC-1 --reason 'was a test'", command);
  discard->add_option("events", command.dead.events, "Ids of events")->type_name("EVENT");
  add_filters(*discard, command.dead);
  discard->add_option("--reason", command.reason, "Why; kept in operator_log")->type_name("TEXT");
  discard->add_flag("--yes", command.yes, "Do not ask");
  discard->callback([&command] {
    command.verb = Verb::dead_discard;
    if (command.dead.empty()) {
      refuse("say which dead letters to discard: EVENT ids, or a filter such as --projection");
    }
    if (command.reason.find_first_not_of(" \t\n") == std::string::npos) {
      refuse("--reason \"…\" is needed: why these events may be given up, for operator_log");
    }
  });
}

void add_one(CLI::App& app, const std::string& name, const std::string& what, Verb verb,
             Command& command) {
  CLI::App* one = add_verb(app, name, what,
                           "freshet " + name + " incident_board -c config/helpdesk.toml", command);
  one->add_option("projection", command.listener, "The projection")->required()->type_name("NAME");
  one->add_option("--reason", command.reason, "Why; shown by status, kept in operator_log")
      ->type_name("TEXT");
  one->add_flag("--yes", command.yes, "Do not ask");
  one->callback([&command, verb] { command.verb = verb; });
}

}  // namespace

void add_dead(CLI::App& app, Command& command) {
  CLI::App* dead = app.add_subcommand("dead", "Show, retry or discard events that failed for good");
  dead->require_subcommand(1);
  dead->footer("Example:\n  freshet dead list -c config/helpdesk.toml");
  add_list(*dead, command);
  add_show(*dead, command);
  add_retry(*dead, command);
  add_discard(*dead, command);
}

void add_keys(CLI::App& app, Command& command) {
  CLI::App* keys = app.add_subcommand("keys", "Show keys that cannot go on");
  keys->require_subcommand(1);
  keys->footer("Example:\n  freshet keys blocked -c config/helpdesk.toml");
  CLI::App* blocked =
      add_verb(*keys, "blocked", "Keys that wait: since when, behind what, how many",
               "freshet keys blocked -c config/helpdesk.toml", command);
  blocked->add_option("--projection", command.dead.projection, "Only this projection's")
      ->type_name("NAME");
  add_limit(*blocked, command);
  blocked->callback([&command] { command.verb = Verb::keys_blocked; });
}

void add_pause(CLI::App& app, Command& command) {
  add_one(app, "pause", "Stop a projection; its events are kept for it, others go on", Verb::pause,
          command);
  add_one(app, "resume", "Let a paused projection go on", Verb::resume, command);
}

}  // namespace relay::wiring
