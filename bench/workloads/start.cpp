// A relay that starts beside a snapshot which has been held for long: the index still has an entry
// of each event that was completed since, and a read from its beginning walks over all.
#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/wait.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

constexpr std::chrono::seconds patience{120};

void complete_under_a_pin(Session& session, Session& holder, long events) {
  session.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  session.run(
      "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) SELECT "
      "'IncidentOpened', n % 20000, '{}' FROM generate_series(1, " +
      std::to_string(events) + ") n");
  holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM event_lane");
  session.run("UPDATE event_publication SET completion_date = clock_timestamp()");
}

double publish_one(Session& session) {
  session.run(
      "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) VALUES "
      "('IncidentOpened', 'A', json_build_object('due', clock_timestamp())::text)");
  return now(session);
}

/// Until that many effects are there; in ms.
Measure await_nth(Session& session, const std::string& name, long effects, double from) {
  await_effects(session, effects, patience);
  const double at = session.number(
      "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM bench_effect");
  return {name, "ms", (at - from) * 1000};
}

// Where this build keeps any.
void await_floors(Session& session) {
  if (session.count("SELECT count(*) FROM pg_class WHERE relname = 'event_floor'") == 0) return;
  within(patience, often, [&] {
    return session.count(
               "SELECT count(*) FROM event_floor f WHERE listener = '' AND (SELECT min(x) FROM "
               "unnest(f.floors) x) >= (SELECT max(seq) FROM event_publication)") > 0;
  });
}

Measures run(Stage& stage, const Subject& subject, long dead) {
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  Session holder{database->url()};
  complete_under_a_pin(session, holder, dead);
  const RelaySettings settings{.listeners = effect_projection()};
  Measures measures;
  double from = publish_one(session);
  {
    Relay first{stage, subject.binary, settings, database->url()};
    measures.push_back(await_nth(session, "first start to effect", 1, from));
    await_floors(session);
    first.stop();
  }
  from = publish_one(session);
  Relay next{stage, subject.binary, settings, database->url()};
  measures.push_back(await_nth(session, "next start to effect", 2, from));
  session.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND application_name LIKE 'freshet %' AND pid <> pg_backend_pid()");
  from = publish_one(session);
  measures.push_back(await_nth(session, "lost connections to effect", 3, from));
  next.stop();
  holder.run("COMMIT");
  return measures;
}

}  // namespace

void start(Stage& stage, Report& report) {
  const long dead = stage.sized(20'000L, 1'000'000L, 5'000'000L);
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, text_of(static_cast<double>(dead)) + " dead entries"),
                     {{"dead", text_of(static_cast<double>(dead))}},
                     [&stage, &subject, dead] { return run(stage, subject, dead); }});
  }
  interleave(stage, report, "start", cases, stage.options().rounds > 0 ? 0 : 1);
}

}  // namespace bench
