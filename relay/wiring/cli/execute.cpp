#include "relay/wiring/cli/execute.hpp"

#include <iostream>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"
#include "relay/operate/migrate/migrate.hpp"
#include "relay/operate/publish/publish.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/process/run_relay.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

log::Level level_of(const std::string& word) {
  if (word == "debug") return log::Level::debug;
  if (word == "warn") return log::Level::warn;
  return word == "error" ? log::Level::error : log::Level::info;
}

int run(const Blueprint& blueprint, const Command& command) {
  if (blueprint.registry.empty() && blueprint.forwards.empty()) {
    std::cerr << "freshet: there is nothing to run: " << command.config
              << " has no [[projection]] or [[forward]], and the program registers none\n";
    return Exit::usage;
  }
  std::vector<std::string> unreached;
  std::vector<preflight::NamedOutbox> outboxes;
  const int code = preflight_all(blueprint, command.drain, unreached, outboxes);
  return code == Exit::fine ? run_relay(blueprint, command.drain, unreached, outboxes) : code;
}

int dispatch(const Blueprint& blueprint, const Command& command) {
  switch (command.verb) {
    case Verb::migrate: return migrate(blueprint);
    case Verb::check: return check(blueprint);
    case Verb::run: return run(blueprint, command);
    case Verb::status: return status(blueprint, command);
    case Verb::listeners_list: return list_listeners(blueprint);
    case Verb::listeners_retire: return retire_listener(blueprint, command);
    case Verb::dead_list: return list_dead(blueprint, command);
    case Verb::dead_show: return show_dead(blueprint, command);
    case Verb::dead_retry: return retry_dead(blueprint, command);
    case Verb::dead_discard: return discard_dead(blueprint, command);
    case Verb::keys_blocked: return blocked_keys(blueprint, command);
    case Verb::pause: return pause_listener(blueprint, command);
    case Verb::resume: return resume_listener(blueprint, command);
    case Verb::publish: return publish(blueprint, command);
    case Verb::replay: return replay(blueprint, command);
    case Verb::purge: return purge(blueprint, command);
    case Verb::settings: return show_settings(blueprint, command);
  }
  return Exit::other;
}

int complain(const std::string& sentence, int code) {
  std::cout.flush();
  std::cerr << "freshet: " << sentence << "\n";
  return code;
}

/// The exception in flight, as a sentence and an exit code.
int explain_failure() {
  try {
    throw;
  } catch (const settings::SettingsError& error) {
    for (const std::string& fault : error.faults) std::cerr << fault << "\n";
    return Exit::usage;
  } catch (const operate::PublishError& error) {
    return complain(error.what(), Exit::usage);
  } catch (const operate::UsageError& error) {
    return complain(error.what(), Exit::usage);
  } catch (const operate::MigrateError& error) {
    return complain(error.what(), Exit::database);
  } catch (const pg::ConnectError& error) {
    return complain(error.what(), Exit::database);
  } catch (const std::exception& error) {
    const projections::Failure failure = projections::current_failure();
    using Kind = projections::FailureKind;
    const bool database = failure.kind == Kind::connection || failure.kind == Kind::configuration;
    return complain(
        database ? "the database: " + failure.message + "; \"freshet check\" tells what is wrong"
                 : failure.message,
        database ? Exit::database : Exit::other);
  } catch (...) {
    return complain("a C++ projection threw something that is no std::exception", Exit::other);
  }
}

}  // namespace

int execute(const Command& command, const Additions& additions) {
  try {
    const Blueprint blueprint = read_blueprint(command.config, command.database, additions);
    log::configure(
        blueprint.settings.relay.log_format == "json" ? log::Format::json : log::Format::text,
        level_of(blueprint.settings.relay.log_level));
    return dispatch(blueprint, command);
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace relay::wiring
