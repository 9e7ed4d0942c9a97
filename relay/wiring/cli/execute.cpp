#include "relay/wiring/cli/execute.hpp"

#include <algorithm>
#include <iostream>

#include "relay/base/log.hpp"
#include "relay/wiring/cli/complaint.hpp"
#include "relay/wiring/cli/take_catalogue.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/process/preflight_all.hpp"
#include "relay/wiring/process/run_relay.hpp"
#include "relay/wiring/process/stop_signals.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

log::Level level_of(const std::string& word) {
  if (word == "debug") return log::Level::debug;
  if (word == "warn") return log::Level::warn;
  return word == "error" ? log::Level::error : log::Level::info;
}

int run(const Blueprint& blueprint, const Command& command, const Additions& additions) {
  if (blueprint.registry.empty() && blueprint.forwards.empty()) {
    std::cerr << "freshet: there is nothing to run: " << command.config
              << " has no [[projection]] or [[forward]], and the program registers none\n";
    return Exit::usage;
  }
  Unfit unfit;
  std::vector<preflight::NamedOutbox> outboxes;
  const int code = preflight_all(blueprint, command.drain, unfit, outboxes);
  if (code != Exit::fine) return code;
  const RunOptions options{.drain = command.drain, .read = [&] {
                             return read_blueprint(command.config, command.database, additions);
                           }};
  return run_relay(blueprint, options, unfit, std::move(outboxes));
}

int dispatch(const Blueprint& blueprint, const Command& command, const Additions& additions) {
  switch (command.verb) {
    case Verb::migrate: return migrate(blueprint);
    case Verb::check: return check(blueprint, !command.database);
    case Verb::run: return run(blueprint, command, additions);
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

}  // namespace

int execute(const Command& command, const Additions& additions) {
  try {
    // A start may take as long as databases take to answer, and nobody outside knows when it is
    // over.
    if (command.verb == Verb::run) hold_hang_up();
    Blueprint blueprint = read_blueprint(command.config, command.database, additions);
    log::configure(
        blueprint.settings.relay.log_format == "json" ? log::Format::json : log::Format::text,
        level_of(blueprint.settings.relay.log_level));
    const int code = take_catalogue(blueprint, command);
    if (code != Exit::fine && command.verb == Verb::run) return code;
    const int done = dispatch(blueprint, command, additions);
    conclude(blueprint, command);
    return std::max(code, done);
  } catch (const settings::SettingsError& error) {
    for (const std::string& fault : error.faults) std::cerr << fault << "\n";
    return Exit::usage;
  } catch (...) {
    const Complaint complaint = complaint_in_flight();
    std::cout.flush();
    std::cerr << "freshet: " << complaint.sentence << "\n";
    return complaint.code;
  }
}

}  // namespace relay::wiring
