// Somebody holds a snapshot for minutes, as a report or a backup does: no dead row may be removed
// meanwhile. What that does to the lag, and what is left of it afterwards.
#include <thread>

#include "bench/figures/text.hpp"
#include "bench/stage/background.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

void sleep_s(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

struct Times {
  double around;  ///< Seconds before and after.
  double pinned;
};

Measures run(Stage& stage, const Subject& subject, double rate, Times times) {
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  Relay relay{stage, subject.binary, {.listeners = effect_projection()}, database->url()};
  await_start(session, relay);
  BackgroundLoad load{{.url = database->url(),
                       .sql = outbox_insert(),
                       .rate = rate,
                       .seconds = 1 + 2 * times.around + times.pinned}};
  sleep_s(1 + times.around);
  Session holder{database->url()};
  holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM event_lane");
  const double from = now(session);
  sleep_s(times.pinned);
  const double to = now(session);
  const double dead = dead_rows(session);
  holder.run("COMMIT");
  const Written written = load.finish();
  await_effects(session, written.events, std::chrono::seconds{60});
  relay.stop();
  verify_effects(session, written.events);
  verify_complete(session);
  const double part = times.pinned / 5;
  return {lag_p95(session, "p95 in the last fifth of the pin", to - part, to),
          lag_p95(session, "p95 before", written.began + 1, from),
          lag_p95(session, "p95 in the first fifth of the pin", from, from + part),
          lag_p95(session, "p95 after it was let go", to, to + times.around),
          {"dead rows at the end of the pin", "rows", dead},
          {"relay peak memory", "MiB", relay.peak()}};
}

}  // namespace

void pinned(Stage& stage, Report& report) {
  const Times times{stage.sized(1.0, 10.0, 60.0), stage.sized(3.0, 60.0, 600.0)};
  constexpr double rate = 1'000;
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, text_of(times.pinned) + " s at " + text_of(rate) + "/s"),
                     {{"rate", text_of(rate)}, {"pinned s", text_of(times.pinned)}},
                     [&stage, &subject, times] { return run(stage, subject, rate, times); }});
  }
  interleave(stage, report, "pinned", cases, stage.options().rounds > 0 ? 0 : 1);
}

}  // namespace bench
