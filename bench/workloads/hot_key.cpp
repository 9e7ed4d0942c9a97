// One key has a huge backlog, which only one worker at a time can work off, beside a normal stream:
// whether the stream notices.
#include <stdexcept>

#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

// The stream's type is IncidentStateChanged, the hot key's Incident0: each has a projection.
std::string both_projections() {
  std::string text = state_projections() + effect_projection();
  text.replace(text.find("Incident*"), 9, "Incident0");
  text.replace(text.find("Incident*"), 9, "IncidentStateChanged");
  return text;
}

Measures run(Stage& stage, const Subject& subject, long hot, double seconds) {
  const RelaySettings settings{.listeners = both_projections()};
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  if (hot > 0) {
    session.run(
        "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, "
        "serialized_event) SELECT 'Incident0', 'incident', 'HOT', json_build_object('state', "
        "'Active', 'note', repeat('x', 290))::text FROM generate_series(1, " +
        std::to_string(hot) + ")");
    session.run("VACUUM ANALYZE event_publication");
  }
  const double began = now(session);
  Relay relay{stage, subject.binary, settings, database->url()};
  await_start(session, relay);
  const Written written =
      write_load({.url = database->url(), .sql = outbox_insert(), .rate = 500, .seconds = seconds});
  await_effects(session, written.events, std::chrono::seconds{120});
  relay.stop();
  verify_effects(session, written.events);
  demand(session.number("SELECT coalesce(sum(events), 0) FROM bench_state"),
         static_cast<double>(hot), "effects of the hot key");
  verify_complete(session);
  if (hot == 0) return {lag_p95(session, "p95 of the stream", written.began, 1e11)};
  const double end = session.number(
      "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM bench_state");
  if (end <= written.began)
    throw std::runtime_error{"the hot key was done before the stream began"};
  return {lag_p95(session, "p95 of the stream", written.began, end),
          {"hot key", "events/s", static_cast<double>(hot) / (end - began)},
          {"relay peak memory", "MiB", relay.peak()}};
}

}  // namespace

void hot_key(Stage& stage, Report& report) {
  const long hot = stage.sized(10'000L, 100'000L, 100'000L);
  const double seconds = stage.sized(2.0, 15.0, 30.0);
  const std::string beside = count_text(hot) + " events of one key beside 500/s";
  const std::string alone = "500/s alone";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    cases.push_back(
        {named(subject, beside),
         {{"hot events", count_text(hot)}, {"rate", "500"}},
         [&stage, &subject, hot, seconds] { return run(stage, subject, hot, seconds); }});
    cases.push_back({named(subject, alone), {{"rate", "500"}}, [&stage, &subject, seconds] {
                       return run(stage, subject, 0, seconds);
                     }});
  }
  interleave(stage, report, "hot-key", cases);
  report.comparisons.push_back({"hot-key", "p95 of the stream", beside, alone});
  compare_subjects(stage, report, "hot-key", beside, "hot key");
}

}  // namespace bench
