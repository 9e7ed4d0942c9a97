// How fast a relay at rest purges completed events and guards, and what that does to the lag of
// those that come meanwhile. The table has a hundredth of rows that are too young to go.
#include <stdexcept>

#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/wait.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

struct Aged {
  long rows;       ///< Completed events, and as many guards.
  double seconds;  ///< That a run looks on.
};

std::unique_ptr<Database> aged_database(Stage& stage, const Subject& subject, const Aged& aged) {
  return stage.copy(subject.binary + " aged", [&](Database& fresh) {
    migrate(stage, subject.binary, {}, fresh.url());
    create_read_models(fresh.session());
    const std::string rows = std::to_string(aged.rows);
    fresh.session().run(
        "INSERT INTO event_publication (event_type, serialized_event, publication_date, "
        "completion_date, aggregate_type, aggregate_id) SELECT 'Incident', jsonb_build_object('n', "
        "n, 'text', repeat(md5(n::text), 8))::text, at, at, 'incident', n % 20000 FROM "
        "generate_series(1, " +
        rows +
        ") n, LATERAL (SELECT now() - interval '1 day' * CASE WHEN "
        "n % 100 = 0 THEN 1 ELSE 60 END AS at) t");
    fresh.session().run(
        "INSERT INTO processed_events SELECT 'bench_effect:' || id, completion_date FROM "
        "event_publication");
    fresh.session().run("VACUUM ANALYZE");
    fresh.session().run("CHECKPOINT");
  });
}

double purged(Session& session) {
  return session.number("SELECT sum(removed_total) FROM upkeep_sweep");
}

/// Nobody else is at work.
Measures run_idle(Stage& stage, const Subject& subject, const Aged& aged,
                  const std::string& retention) {
  const auto database = aged_database(stage, subject, aged);
  Session& session = database->session();
  Relay relay{stage,
              subject.binary,
              {.listeners = effect_projection(), .retention = retention},
              database->url()};
  await_start(session, relay);
  const double began = now(session);
  const double wal = wal_bytes(session);
  const auto over = [&] {
    return session.count(
               "SELECT count(*) FROM upkeep_sweep WHERE finished_at IS NOT NULL AND "
               "removed_total > 0") > 0;
  };
  within(std::chrono::seconds{static_cast<long>(aged.seconds)}, often, over);
  const double rows = purged(session);
  const double seconds = now(session) - began;
  const double written = wal_bytes(session) - wal;
  relay.stop();
  if (rows <= 0) throw std::runtime_error{"nothing was purged"};
  return {{"purged", "rows/s", rows / seconds}, {"WAL", "bytes/row", written / rows}};
}

Measures run_beside(Stage& stage, const Subject& subject, const Aged& aged, double rate,
                    const std::string& retention) {
  const auto database = aged_database(stage, subject, aged);
  Session& session = database->session();
  Relay relay{stage,
              subject.binary,
              {.listeners = effect_projection(), .retention = retention},
              database->url()};
  await_start(session, relay);
  const double before = purged(session);
  const double from = now(session);
  const Written written = write_load({.url = database->url(),
                                      .sql = outbox_insert(),
                                      .events_per_transaction = 1,
                                      .rate = rate,
                                      .seconds = aged.seconds + 2,
                                      .connections = connections_for(rate)});
  const double rows = purged(session) - before;
  const double seconds = now(session) - from;
  const bool at_work = session.count(
                           "SELECT count(*) FROM upkeep_sweep WHERE finished_at IS NULL "
                           "AND removed_total > 0") > 0;
  await_effects(session, written.events, std::chrono::seconds{60});
  relay.stop();
  verify_effects(session, written.events);
  if (!retention.empty() && !at_work) throw std::runtime_error{"the purge was over too soon"};
  Measures measures = lag_percentiles(session, written.began + 2);
  measures.push_back({"purged", "rows/s", rows / seconds});
  measures.push_back({"writer late p95", "ms", written.late_ms});
  return measures;
}

}  // namespace

void retention(Stage& stage, Report& report) {
  const Aged aged{stage.sized(400'000L, 2'000'000L, 10'000'000L), stage.sized(4.0, 20.0, 60.0)};
  const std::string completed = "completed_days = 30";
  const std::string guards = "guards_days = 30";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const auto add = [&](const std::string& name, const std::function<Measures()>& run) {
      cases.push_back(
          {named(subject, name), {{"rows", text_of(static_cast<double>(aged.rows))}}, run});
    };
    add("completed events, at rest",
        [=, &stage, &subject] { return run_idle(stage, subject, aged, completed); });
    add("guards, at rest",
        [=, &stage, &subject] { return run_idle(stage, subject, aged, guards); });
    for (const double rate : {500.0, 2'000.0}) {
      const std::string at = text_of(rate) + "/s";
      add(at + " without a purge",
          [=, &stage, &subject] { return run_beside(stage, subject, aged, rate, ""); });
      add(at + " beside a purge",
          [=, &stage, &subject] { return run_beside(stage, subject, aged, rate, completed); });
    }
  }
  interleave(stage, report, "retention", cases);
  for (const char* rate : {"500/s", "2,000/s"}) {
    report.comparisons.push_back({"retention", "lag p95", std::string{rate} + " beside a purge",
                                  std::string{rate} + " without a purge"});
  }
}

}  // namespace bench
