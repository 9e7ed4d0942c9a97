// What the outbox and a relay at work cost the application: its own transactions per second, as
// many as four clients can do, without the outbox, with the INSERT, and with a relay beside it; and
// without the outbox beside somebody else's 1,000 events/s, with and without a relay for them.
#include <fstream>
#include <future>
#include <stdexcept>

#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/writer.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

constexpr int rows = 20'000;
constexpr double others_rate = 1'000;

/// What there is beside the application's update of one row.
struct Burden {
  bool publishes = false;  ///< The transaction inserts an event, too.
  bool others = false;     ///< Somebody else writes events, at a rate of their own.
  bool relay = false;
  int poll_min_ms = 1;
};

std::string polled_seldom(int poll_min_ms) {
  return poll_min_ms == 1 ? "" : ", poll_min_ms = " + count_text(poll_min_ms);
}

std::string script(const Stage& stage, bool publishes) {
  std::string path = stage.folder() + (publishes ? "/publishes.sql" : "/plain.sql");
  std::ofstream file{path};
  file << "\\set id random(1, " << rows << ")\nBEGIN;\n"
       << "UPDATE application SET changes = changes + 1, note = repeat('y', 100) WHERE id = :id;\n";
  if (publishes) {
    file << "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, "
            "serialized_event) SELECT 'IncidentStateChanged', 'incident', id, json_build_object("
            "'number', id, 'state', 'Active', 'due', clock_timestamp(), 'note', repeat('x', 220))"
            "::text FROM application WHERE id = :id;\n";
  }
  file << "COMMIT;\n";
  return path;
}

Measures run(Stage& stage, const Subject& subject, Burden beside, long seconds) {
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  session.run(
      "CREATE TABLE application (id int PRIMARY KEY, changes bigint NOT NULL, note text) "
      "WITH (fillfactor = 70); INSERT INTO application SELECT n, 0, repeat('x', 100) FROM "
      "generate_series(1, " +
      std::to_string(rows) + ") n");
  session.run("VACUUM ANALYZE application");
  std::unique_ptr<Relay> relay;
  if (beside.relay) {
    relay = std::make_unique<Relay>(
        stage, subject.binary,
        RelaySettings{.poll_min_ms = beside.poll_min_ms, .listeners = effect_projection()},
        database->url());
    await_start(session, *relay);
  }
  std::future<Written> others;
  if (beside.others) {
    others = std::async(std::launch::async, [&database, seconds] {
      return write_load({.url = database->url(),
                         .sql = outbox_insert(),
                         .rate = others_rate,
                         .seconds = static_cast<double>(seconds)});
    });
  }
  const double began = now(session);
  const tests::Ended ended = tests::run_command(
      {needed_variable("FRESHET_PG_BIN") + "/pgbench", "-n", "-M", "prepared", "-c", "4", "-j", "2",
       "-T", std::to_string(seconds), "-f", script(stage, beside.publishes), database->url()});
  if (ended.code != 0) throw std::runtime_error{"pgbench failed: " + ended.err};
  const double done = session.number("SELECT sum(changes) FROM application");
  const double end = session.number(
      "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM application");
  Measures measures{{"transactions", "/s", done / (end - began)}};
  const double events = (beside.publishes ? done : 0) +
                        (beside.others ? static_cast<double>(others.get().events) : 0);
  if (!beside.relay) return measures;
  const double behind = events - session.number("SELECT count(*) FROM bench_effect");
  await_effects(session, static_cast<long>(events), std::chrono::seconds{120});
  relay->stop();
  verify_complete(session);
  demand(session.number("SELECT count(*) FROM bench_effect"), events, "effects");
  measures.push_back({"relay behind at the end", "events", behind});
  if (beside.others) measures.push_back(lag_p95(session, "lag p95", began + 1, end));
  return measures;
}

}  // namespace

void writer(Stage& stage, Report& report) {
  const long seconds = stage.sized(2L, 10L, 60L);
  const std::string without = "without the outbox";
  const std::string with = "with the INSERT";
  const std::string relayed = "with the relay at work";
  const std::string others = "beside 1,000 events/s";
  const std::string others_relayed = "beside 1,000 events/s and their relay";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const auto add = [&](const std::string& name, Burden beside) {
      cases.push_back(
          {named(subject, name),
           {{"clients", "4"}, {"seconds", count_text(seconds)}},
           [&stage, &subject, beside, seconds] { return run(stage, subject, beside, seconds); }});
    };
    add(without, {});
    add(with, {.publishes = true});
    add(relayed, {.publishes = true, .relay = true});
    add(others, {.others = true});
    add(others_relayed, {.others = true, .relay = true});
    for (const int pause : {5, 20, 50}) {
      add(others_relayed + polled_seldom(pause),
          {.others = true, .relay = true, .poll_min_ms = pause});
    }
  }
  interleave(stage, report, "writer", cases);
  report.comparisons.push_back({"writer", "transactions", with, without});
  report.comparisons.push_back({"writer", "transactions", relayed, with});
  for (const int pause : {1, 5, 20, 50}) {
    report.comparisons.push_back(
        {"writer", "transactions", others_relayed + polled_seldom(pause), others});
  }
  compare_subjects(stage, report, "writer", relayed, "transactions");
}

}  // namespace bench
