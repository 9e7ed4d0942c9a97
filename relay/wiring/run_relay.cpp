#include "relay/wiring/run_relay.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "relay/base/log.hpp"
#include "relay/wiring/last_resort.hpp"
#include "relay/wiring/latecomers.hpp"
#include "relay/wiring/stop_signals.hpp"
#include "relay/wiring/terminal.hpp"
#include "relay/wiring/wire_engine.hpp"
#include "relay/wiring/wire_upkeep.hpp"

namespace relay::wiring {
namespace {

using Engines = std::vector<std::unique_ptr<engine::Engine>>;
using engine::Engine;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::seconds to_cancel{3};  // an engine takes two of them

/// Waits for a signal, the end of a thread or a moment. @return the signal's number, or 0.
int next_signal() {
  return next_stop_signal(look_every);
}

std::int64_t events_done(const Engines& engines) {
  std::int64_t sum = 0;
  for (const auto& engine : engines) sum += engine->events_done();
  return sum;
}

/// A line that grows on a terminal, a log line now and then elsewhere; only when draining.
class DrainProgress {
 public:
  explicit DrainProgress(bool drain) : shown_(drain), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void show(std::int64_t events) {
    const auto now = Clock::now();
    if (!shown_ || (!terminal_ && now - last_ < report_every)) return;
    const double seconds = std::chrono::duration<double>(now - began_).count();
    if (terminal_) {
      std::fprintf(stderr, "\r%lld events, %.0f/s ", static_cast<long long>(events),
                   seconds > 0 ? static_cast<double>(events) / seconds : 0.0);
    } else {
      log::info("draining", {{"events", std::to_string(events)}});
    }
    last_ = now;
  }
  void end(std::int64_t events) {
    if (!shown_) return;
    if (terminal_) std::fputs("\n", stderr);
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", seconds);
    log::info("drain ended", {{"events", std::to_string(events)}, {"seconds", text}});
  }

 private:
  bool shown_;
  bool terminal_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point last_ = began_;
};

bool all(const Engines& engines, Engine::State state) {
  return std::ranges::all_of(engines, [&](const auto& e) { return e->state() == state; });
}

/// A thread that is lost in a handler cannot be ended; past a limit only a new process helps.
void exit_if_stuck(const Engines& engines) {
  for (const auto& engine : engines) {
    const std::string why = engine->look_after_handlers();
    if (why.empty()) continue;
    log::error(why + "; the process ends, so that its supervisor starts it again",
               {{"database", engine->database()}});
    std::_Exit(1);
  }
}

/// Ends everything within the limit; a second signal shortens it to now. Exits the process when a
/// handler cannot be ended: its thread would never be joined.
void stop_all(const Engines& engines, std::chrono::seconds limit, LastResort& last_resort) {
  for (const auto& engine : engines) engine->request_stop();
  auto deadline = Clock::now() + limit;
  for (const auto& engine : engines) {
    while (Clock::now() < deadline && !engine->ended()) {
      if (next_signal() == 0) continue;
      deadline = Clock::now();
      last_resort.hurry(to_cancel);
    }
    if (engine->wait(deadline)) continue;
    log::error(
        "a handler did not end within the limit; the process ends without it, and what it "
        "had not committed is tried again",
        {{"database", engine->database()}});
    std::_Exit(1);
  }
}

void tell_start(const House& house, const settings::Database& database) {
  log::info("relay started", {{"database", database.name},
                              {"workers", std::to_string(house.settings.relay.workers)},
                              {"projections", std::to_string(house.registry.all().size())},
                              {"forwards", std::to_string(house.forwards.size())}});
}

}  // namespace

int run_relay(const House& house, bool drain, const std::vector<std::string>& unreached) {
  const settings::Settings& settings = house.settings;
  take_stop_signals();

  std::optional<LastResort> last_resort;  // outlives the engines, whose end it watches
  const auto sink = open_sink(house);
  Latecomers latecomers{house, unreached, interrupt_wait};
  if (drain) repair_before_drain(house);
  Engines engines;
  std::vector<std::unique_ptr<upkeep::Upkeep>> upkeeps;  // ends before the engines
  const auto serve = [&](const settings::Database& database) {
    engines.push_back(start_engine(house, database, sink, drain, interrupt_wait));
    tell_start(house, database);
    if (drain) return;
    upkeeps.push_back(start_upkeep(house, database,
                                   [&engine = *engines.back()] { return engine.events_done(); }));
  };
  for (const settings::Database& database : settings.databases) {
    if (std::ranges::find(unreached, database.name) == unreached.end()) serve(database);
  }

  DrainProgress progress{drain};
  int signal_number = 0;
  const auto ended = [&] {
    return drain &&
           (all(engines, Engine::State::drained) || std::ranges::any_of(engines, [](const auto& e) {
              return e->state() == Engine::State::refused;
            }));
  };
  while (signal_number == 0 && !ended()) {
    signal_number = next_signal();
    for (const settings::Database* database : latecomers.reached()) serve(*database);
    exit_if_stuck(engines);
    progress.show(events_done(engines));
  }
  if (signal_number != 0) log::info("stopping", {{"signal", std::to_string(signal_number)}});
  last_resort.emplace(settings.relay.drain + to_cancel);
  for (const auto& upkeep : upkeeps) upkeep->request_stop();
  stop_all(engines, settings.relay.drain, *last_resort);
  progress.end(events_done(engines));

  int code = 0;
  for (const auto& engine : engines) {
    if (engine->state() != Engine::State::refused) continue;
    std::fprintf(stderr, "freshet: %s: %s\n", engine->database().c_str(),
                 engine->sentence().c_str());
    code = 1;
  }
  if (code == 0) log::info("relay ended", {{"events", std::to_string(events_done(engines))}});
  last_resort->settled(code);
  last_resort->hurry(to_cancel);
  return code;
}

}  // namespace relay::wiring
