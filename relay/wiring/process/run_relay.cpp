#include "relay/wiring/process/run_relay.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "relay/base/log.hpp"
#include "relay/settings/difference.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/process/catalogue_watch.hpp"
#include "relay/wiring/process/fleet.hpp"
#include "relay/wiring/process/last_resort.hpp"
#include "relay/wiring/process/stop_signals.hpp"
#include "relay/wiring/process/wanted.hpp"
#include "relay/wiring/wire_engine.hpp"
#include "relay/wiring/wire_upkeep.hpp"

namespace relay::wiring {
namespace {

using engine::Engine;
using runtime::Runtime;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{100};
constexpr std::chrono::seconds to_cancel{3};    // an engine takes two of them
constexpr std::chrono::seconds for_session{5};  // of a look beside what is served

/// Waits for a signal, the end of a thread or a moment. @return the signal's number, or 0.
int next_signal() {
  return next_stop_signal(look_every);
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

/// A thread that is lost in a handler cannot be ended; past a limit only a new process helps.
void exit_if_stuck(Runtime& runtime) {
  const auto stuck = runtime.look_after_handlers();
  if (!stuck) return;
  log::error(stuck->what + "; the process ends, so that its supervisor starts it again",
             {{"database", stuck->database}});
  std::_Exit(1);
}

/// Ends everything within the limit; a second signal shortens it to now. Exits the process when a
/// handler cannot be ended: its thread would never be joined.
void stop_all(Runtime& runtime, std::chrono::seconds limit, LastResort& last_resort) {
  runtime.request_stop();
  auto deadline = Clock::now() + limit;
  while (Clock::now() < deadline && !runtime.ended_by(Clock::now())) {
    const int number = next_signal();
    if (number == 0 || number == SIGHUP) continue;
    deadline = Clock::now();
    last_resort.hurry(to_cancel);
  }
  const std::vector<std::string> stuck = runtime.wait(deadline);
  for (const std::string& database : stuck) {
    log::error(
        "a handler did not end within the limit; the process ends without it, and what it "
        "had not committed is tried again",
        {{"database", database}});
  }
  if (!stuck.empty()) std::_Exit(1);
}

/// The databases of the file and of the catalogue, read again while the process runs.
class Reread {
 public:
  Reread(const Blueprint& blueprint, const RunOptions& options, Fleet& fleet, Latecomers::Lend lend)
      : options_(options),
        fleet_(fleet),
        before_(blueprint.settings),
        wanted_(split(blueprint, true), split(blueprint, false), blueprint.catalogue.refused),
        catalogue_(std::shared_ptr<const Blueprint>{std::shared_ptr<void>{}, &blueprint},
                   std::move(lend), interrupt_wait) {
    before_.databases = split(blueprint, true);
  }

  /// Reads nothing more, and waits for nothing that it has asked. Returns at once.
  void stop() { catalogue_.stop(); }

  /// The file. What is wrong with it changes nothing.
  void file() {
    try {
      auto now = std::make_shared<Blueprint>(options_.read());
      const settings::WhatChanged changed = settings::what_changed(before_, now->settings);
      log::info(changed.sentence);
      if (!changed.databases) return;
      before_.databases = now->settings.databases;
      before_.catalogue = now->settings.catalogue;
      before_.retention = now->settings.retention;
      before_.base = now->settings.base;
      static_cast<settings::Work&>(before_.relay) =
          static_cast<const settings::Work&>(now->settings.relay);
      wanted_.file_says(now->settings.databases);
      if (!now->settings.catalogue) (void)wanted_.catalogue_says({});
      fleet_.want(wanted_.all());
      catalogue_.use(std::move(now));
    } catch (const settings::SettingsError& error) {
      log::error("the settings are read again, and nothing changes, for they are not right");
      for (const std::string& fault : error.faults) log::error(fault);
    } catch (const std::exception& error) {
      log::error(std::string{"the settings cannot be read again, and nothing changes: "} +
                 error.what());
    }
  }

  /// What of the catalogue was read meanwhile.
  void catalogue() {
    const auto contents = catalogue_.contents();
    if (!contents) return;
    for (const auto& row : wanted_.catalogue_says(*contents)) log::warn(row.sentence);
    fleet_.want(wanted_.all());
  }

 private:
  /// Those of the file, or the others.
  static std::vector<settings::Database> split(const Blueprint& blueprint, bool of_file) {
    std::vector<settings::Database> some;
    std::ranges::copy_if(blueprint.settings.databases, std::back_inserter(some),
                         [&](const settings::Database& one) {
                           const auto& names = blueprint.in_file;
                           return of_file == (std::ranges::find(names, one.name) != names.end());
                         });
    return some;
  }

  const RunOptions& options_;
  Fleet& fleet_;
  settings::Settings before_;
  Wanted wanted_;
  CatalogueWatch catalogue_;
};

}  // namespace

int run_relay(const Blueprint& blueprint, const RunOptions& options, const Unfit& unfit,
              std::vector<preflight::NamedOutbox> outboxes) {
  const settings::Settings& settings = blueprint.settings;
  const bool drain = options.drain;
  take_stop_signals();

  std::optional<LastResort> last_resort;  // outlives the runtime, whose end it watches
  if (drain) repair_before_drain(blueprint);
  pg::Watchdog watchdog;
  Runtime runtime{schedule_options(blueprint),
                  {.after = settings.relay.sleep_after, .look = settings.relay.sleep_look},
                  interrupt_wait};
  const SharedParts shared{runtime, watchdog, open_sink(blueprint), !drain};
  const auto lend = [&](const std::stop_token& stop) {
    return runtime.lend_session(Clock::now() + for_session, stop);
  };
  Fleet fleet{shared, blueprint, drain, unfit, std::move(outboxes), lend, interrupt_wait};
  std::optional<Reread> reread;
  if (!drain) reread.emplace(blueprint, options, fleet, lend);

  DrainProgress progress{drain};
  int signal_number = 0;
  const auto ended = [&] {
    return drain && (settings.databases.empty() || runtime.all_are(Engine::State::drained) ||
                     runtime.any_is(Engine::State::refused));
  };
  while ((signal_number == 0 || signal_number == SIGHUP) && !ended()) {
    signal_number = next_signal();
    if (signal_number == SIGHUP && reread) reread->file();
    if (reread) reread->catalogue();
    fleet.look();
    exit_if_stuck(runtime);
    runtime.look_after_sessions();
    progress.show(runtime.events_done());
  }
  if (reread) reread->stop();
  if (signal_number != 0) log::info("stopping", {{"signal", std::to_string(signal_number)}});
  last_resort.emplace(settings.relay.drain + to_cancel);
  stop_all(runtime, settings.relay.drain, *last_resort);
  progress.end(runtime.events_done());

  int code = 0;
  for (const Engine* engine : runtime.engines()) {
    if (engine->state() != Engine::State::refused) continue;
    std::fprintf(stderr, "freshet: %s: %s\n", engine->database().c_str(),
                 engine->sentence().c_str());
    code = 1;
  }
  if (code == 0) log::info("relay ended", {{"events", std::to_string(runtime.events_done())}});
  last_resort->settled(code);
  last_resort->hurry(to_cancel);
  return code;
}

}  // namespace relay::wiring
