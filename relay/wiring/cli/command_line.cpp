#include "relay/wiring/cli/command_line.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <vector>

#include <CLI/CLI.hpp>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/wiring/cli/command_line_parts.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

constexpr const char* about =
    "Freshet carries the events of an outbox table to read models, in order per key,\n"
    "exactly once in effect, and shows how fresh each read model is.\n";

constexpr const char* after =
    "Start here:\n"
    "  freshet migrate -c config/helpdesk.toml    create or adopt the tables\n"
    "  freshet check   -c config/helpdesk.toml    every fault of file and database in one go\n"
    "  freshet run     -c config/helpdesk.toml    until SIGTERM\n"
    "  freshet status  -c config/helpdesk.toml    how fresh each projection is\n"
    "  freshet dead list -c config/helpdesk.toml  which events failed, and why\n"
    "\n"
    "Every command takes --database NAME; without it, it is about every [[database]] of the file:\n"
    "ten at a time, each is told, one that fails does not stop it, the highest exit code counts.\n"
    "publish, replay, and dead discard without ids, are about one: they need it with several.\n"
    "\n"
    "Exit codes: 0 fine, 2 usage or settings, 3 a database cannot be reached or a check found\n"
    "a fault, 1 anything else.";

void add_running(CLI::App& app, Command& command) {
  add_verb(app, "migrate", "Create or adopt the tables; safe to repeat and to run twice at once",
           "freshet migrate -c config/helpdesk.toml", command)
      ->callback([&command] { command.verb = Verb::migrate; });
  add_verb(app, "check", "Check settings, database and projections; every fault in one go",
           "freshet check -c config/helpdesk.toml", command)
      ->callback([&command] { command.verb = Verb::check; });
  CLI::App* run = add_verb(app, "run", "Carry events to projections until SIGTERM",
                           "freshet run -c config/helpdesk.toml --drain", command);
  run->add_flag("--drain", command.drain,
                "End with 0 as soon as nothing is left but dead letters and what they hold");
  run->callback([&command] { command.verb = Verb::run; });
}

void add_status(CLI::App& app, Command& command) {
  CLI::App* status = add_verb(app, "status", "Show per projection: badge, state, lag and backlog",
                              "freshet status -c config/helpdesk.toml --watch 60", command);
  status->add_flag("--json", command.json, "One JSON object for scripts");
  status
      ->add_option("--watch", command.watch_s,
                   "Look again every second, for this long; in place on a terminal")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86'400));
  status->callback([&command] { command.verb = Verb::status; });
}

void add_listeners(CLI::App& app, Command& command) {
  CLI::App* listeners = app.add_subcommand("listeners", "Show or retire who must see every event");
  listeners->require_subcommand(1);
  listeners->footer("Example:\n  freshet listeners list -c config/helpdesk.toml");
  add_verb(*listeners, "list", "Show the registered listeners",
           "freshet listeners list -c config/helpdesk.toml", command)
      ->callback([&command] { command.verb = Verb::listeners_list; });
  CLI::App* retire =
      add_verb(*listeners, "retire", "Say that a listener is gone: no event waits for it any more",
               "freshet listeners retire incident_board -c config/helpdesk.toml", command);
  retire->add_option("name", command.listener, "The listener")->required()->type_name("NAME");
  retire->add_flag("--yes", command.yes, "Do not ask");
  retire->callback([&command] { command.verb = Verb::listeners_retire; });
}

void add_writing(CLI::App& app, Command& command) {
  CLI::App* publish =
      add_verb(app, "publish", "Turn JSON lines on standard input into events",
               "echo '{\"event_type\":\"IncidentCreated\",\"payload\":{\"id\":\"INC-1\"}}' |\n"
               "    freshet publish -c config/helpdesk.toml",
               command);
  publish->add_option("--batch", command.batch, "Lines per transaction")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  publish->callback([&command] { command.verb = Verb::publish; });
  CLI::App* settings = add_verb(app, "settings", "Show what all relays of a database must agree on",
                                "freshet settings -c config/helpdesk.toml --adopt", command);
  settings->add_flag("--adopt", command.adopt,
                     "Make this file's completion and ordering the database's; stop other relays "
                     "first");
  settings->add_flag("--yes", command.yes, "Do not ask, where there are several databases");
  settings->callback([&command] { command.verb = Verb::settings; });
}

bool takes_value(const std::string& option) {
  constexpr const char* names[] = {
      "-c",         "--config", "--database",   "--watch", "--batch",       "--key",
      "--key-type", "--type",   "--projection", "--limit", "--error-class", "--reason",
      "--forward",  "--to",     "--from",       "--until", "--rate"};
  return std::ranges::find(names, option) != std::end(names);
}

/// A word that is no subcommand of `app`, or "" where all of them are known.
std::string unknown_word(const CLI::App& app, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) known.push_back(verb->get_name());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.empty() || word[0] == '-') {
      i += takes_value(word) ? 1 : 0;
      continue;
    }
    for (const CLI::App* verb : app.get_subcommands(nullptr)) {
      if (verb->get_name() != word) continue;
      const bool nested = !verb->get_subcommands(nullptr).empty();
      const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                          words.end());
      return nested ? unknown_word(*verb, rest) : "";
    }
    return "there is no subcommand " + in_quotes(word) + projections::did_you_mean(word, known);
  }
  return "";
}

int explain(const CLI::App& app, const CLI::ParseError& error,
            const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) {
    return app.exit(error, std::cout, std::cerr) == 0 ? Exit::fine : Exit::usage;
  }
  const std::string unknown = unknown_word(app, words);
  std::string sentence = unknown.empty() ? error.what() : unknown;
  if (sentence.find("--config") != std::string::npos) {
    sentence = "-c FILE is needed: the settings file, for example -c config/helpdesk.toml";
  }
  std::cerr << "freshet: " << sentence << "\nRun `freshet --help` for what there is.\n";
  return Exit::usage;
}

}  // namespace

CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& what,
                   const std::string& example, Command& command) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->footer("Example:\n  " + example);
  verb->add_option("-c,--config", command.config, "The settings file")
      ->required()
      ->type_name("FILE");
  verb->add_option("--database", command.database,
                   "Only this database of the file or its catalogue")
      ->type_name("NAME");
  return verb;
}

std::variant<Command, int> parse(int argc, const char* const* argv) {
  Command command;
  CLI::App app{about, "freshet"};
  app.footer(after);
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string{"freshet "} + FRESHET_VERSION);
  add_running(app, command);
  add_status(app, command);
  add_dead(app, command);
  add_keys(app, command);
  add_pause(app, command);
  add_replay(app, command);
  add_purge(app, command);
  add_listeners(app, command);
  add_writing(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(
        app, error,
        argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>{});
  }
  return command;
}

}  // namespace relay::wiring
