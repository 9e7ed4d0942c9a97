#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/base/log.hpp"
#include "relay/forward/recipe.hpp"
#include "relay/forward/topic_name.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/process/replay_run.hpp"
#include "relay/wiring/process/stop_signals.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What may be sent twice after a kill. Larger ones are hardly faster.
constexpr std::int64_t batch_most = 1'000;
constexpr auto claim_beyond_timeout = 12s;

const ReadyForward& the_forward(const Blueprint& blueprint, const std::string& name) {
  std::vector<std::string> known;
  for (const ReadyForward& forward : blueprint.forwards) {
    if (forward.options.name == name) {
      const settings::Database& database = the_database(blueprint);
      if (runs_in(database, name)) return forward;
      throw operate::UsageError{"[[forward]] " + in_quotes(name) + " does not run in " +
                                in_quotes(database.name) + ": its \"projections\" leave it out"};
    }
    known.push_back(forward.options.name);
  }
  throw operate::UsageError{"there is no [[forward]] named " + in_quotes(name) +
                            projections::did_you_mean(name, known)};
}

void check_topic(const Blueprint& blueprint, const std::string& topic) {
  const std::string fault = forward::topic_name_fault(topic);
  if (!fault.empty()) {
    throw operate::UsageError{"--to " + in_quotes(topic) + " is no topic: its name " + fault};
  }
  for (const ReadyForward& forward : blueprint.forwards) {
    if (forward::fixed_topic(forward.recipe) != topic) continue;
    throw operate::UsageError{"forward " + in_quotes(forward.options.name) + " sends to topic " +
                              in_quotes(topic) +
                              " itself; a replay would be mixed into its live traffic, so choose "
                              "another topic for --to"};
  }
}

operate::Replay open(const Blueprint& blueprint, const operate::ReplayPlan& plan) {
  const operate::ReplayLimits limits;
  OutboxConnection connection{
      the_database(blueprint),
      {.application_name = "freshet replay", .call_limit = limits.choosing + 30s}};
  const auto say = [](const std::string& sentence) { std::cerr << sentence << std::endl; };
  return operate::open_replay(connection, plan, limits, say);
}

/// A bar on a terminal, log lines now and then elsewhere.
class ReplayProgress {
 public:
  void show(std::int64_t done, std::int64_t total) {
    if (::isatty(STDERR_FILENO) == 1) return bar_.show(done, total);
    if (Clock::now() - last_ < report_every) return;
    log::info("replaying", {{"done", std::to_string(done)}, {"of", std::to_string(total)}});
    last_ = Clock::now();
  }

 private:
  ProgressBar bar_;
  Clock::time_point last_ = Clock::now();
};

ReplayWorld world_of(ReplayProgress& progress) {
  return {.wait =
              [stopped = false](std::chrono::milliseconds time) mutable {
                stopped = stopped || next_stop_signal(time) != 0;
                return !stopped;
              },
          .progress = [&](auto done, auto total) { progress.show(done, total); },
          .say =
              [](const std::string& sentence) {
                const bool terminal = ::isatty(STDERR_FILENO) == 1;
                std::cerr << (terminal ? "\r\033[K" : "") << sentence << std::endl;
              }};
}

int run(const Blueprint& blueprint, const Command& command, const ReadyForward& forward,
        const operate::ReplayPlan& plan, const operate::Replay& replay) {
  const settings::Database& database = the_database(blueprint);
  const std::string filter = operate::in_words(plan.filter);
  take_stop_signals();  // before anything starts a thread
  const auto sink = open_sink(blueprint);
  OutboxConnection connection{database, {.application_name = "freshet replay"}};
  operate::ReplayQueue queue{
      connection,
      replay,
      operate::LogEntry{.command = "replay",
                        .listener = plan.forward,
                        .detail = "--to " + plan.topic + (filter.empty() ? "" : " " + filter)},
      {.payload_max_bytes = database.payload_max_bytes,
       .batch_max_bytes = database.batch_max_bytes,
       .claim = blueprint.settings.kafka->timeout + claim_beyond_timeout}};
  const forward::Resend resend{forward.recipe, plan.topic, sink};
  ReplayEnding ending;
  try {
    ReplayProgress progress;
    ending = run_replay(queue, database.payload_max_bytes, resend,
                        RateLimit{command.replay.rate, batch_most}, world_of(progress));
  } catch (...) {
    std::cerr << "The replay was cut off after " << queue.replay().done << " of "
              << queue.replay().total << "; the same command again goes on from there.\n";
    throw;
  }
  std::cout << in_words(ending, queue.replay());
  const bool all = ending.kind == ReplayEnding::Kind::finished && queue.replay().refused == 0;
  return all ? Exit::fine : Exit::other;
}

}  // namespace

int replay(const Blueprint& blueprint, const Command& command) {
  const ReadyForward& forward = the_forward(blueprint, command.replay.forward);
  const operate::ReplayPlan plan{.forward = forward.options.name,
                                 .patterns = forward.options.events,
                                 .topic = command.replay.topic,
                                 .filter = command.replay.filter,
                                 .restart = command.replay.restart};
  check_topic(blueprint, plan.topic);
  const operate::Replay replay = open(blueprint, plan);
  std::cout << operate::in_words(replay, plan) << std::flush;
  if (replay.total > 0 && confirmed(command.yes)) {
    return run(blueprint, command, forward, plan, replay);
  }
  if (!replay.resumed) {
    OutboxConnection connection{the_database(blueprint), {.application_name = "freshet replay"}};
    operate::give_up_replay(connection, replay.id);
  }
  if (replay.total > 0) return Exit::other;
  const bool deletes = the_database(blueprint).completion == settings::Completion::remove;
  std::cout << "There is nothing to send."
            << (deletes ? " Completion mode \"delete\" keeps no history." : "") << "\n";
  return Exit::fine;
}

}  // namespace relay::wiring
