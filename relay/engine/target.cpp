#include "relay/engine/target.hpp"

#include <ctime>

namespace relay::engine {
namespace {

using Steady = std::chrono::steady_clock;

// A moment of the monotonic clock as people write it, UTC.
std::string clock_time(Steady::time_point moment) {
  const auto wall =
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(moment - Steady::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(wall);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &parts)};
}

}  // namespace

Target::Target(const EngineOptions& options, Trouble& trouble, int callers)
    : options_(options), trouble_(trouble), breaker_({.callers = callers}) {}

pg::ConnectOptions Target::connect_options(const std::string& name) {
  return {.application_name = "freshet " + name,
          .wanted = pg::Wanted::writer,
          .call_limit = options_.call_limit,
          .watchdog = &watchdog_};
}

void Target::Call::end(flow::Breaker::Outcome outcome, const std::string& why) {
  if (!permit_) return;
  target_.breaker_.report(*permit_, outcome, why);
  permit_.reset();
  if (outcome != flow::Breaker::Outcome::no_answer) target_.tell();
}

// Absolute times: the sentence changes when the breaker opens, not with every second.
void Target::tell() {
  const flow::Breaker::View view = breaker_.view();
  if (view.state == flow::Breaker::State::closed) return trouble_.end("breaker");
  if (!view.retry) return;
  trouble_.begin("breaker", "the database cannot be used since " + clock_time(view.since) + ": " +
                                view.why + "; next try at " + clock_time(*view.retry) + " UTC");
}

}  // namespace relay::engine
