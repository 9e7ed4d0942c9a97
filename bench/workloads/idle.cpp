// What a relay costs with nothing to do, how soon it is at work, and how soon it has stopped.
#include <csignal>
#include <fstream>
#include <thread>

#include "bench/figures/text.hpp"
#include "bench/stage/background.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"
#include "tests/support/proc_stat.hpp"

namespace bench {
namespace {

// The database's statements go to the server's log while it is measured; this counts them there.
// -1 when the server is not ours and its log not known.
double statements_logged() {
  const char* home = std::getenv("FRESHET_PG_HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home == nullptr) return -1;
  std::ifstream log{std::string{home} + "/server.log"};
  double count = 0;
  for (std::string line; std::getline(log, line);) {
    const bool statement = line.find("LOG:  statement: ") != std::string::npos ||
                           line.find("LOG:  execute ") != std::string::npos;
    if (statement) ++count;
  }
  return count;
}

struct Counts {
  double statements;
  double transactions;
  double wal;
  double cpu;
};

Counts counts(Stage& stage, const Database& database, pid_t relay) {
  return {statements_logged(),
          stage.admin().number("SELECT xact_commit + xact_rollback FROM pg_stat_database "
                               "WHERE datname = $1",
                               {database.name()}),
          wal_bytes(stage.admin()), relay > 0 ? tests::processor_seconds(relay) : 0};
}

Measures rest(Stage& stage, const Subject& subject, bool relayed, double seconds) {
  const auto database = live_database(stage, {.binary = subject.binary});
  database->hang_up();  // its statements would be counted
  stage.admin().run("ALTER DATABASE " + database->name() + " SET log_statement = 'all'");
  stage.admin().run("ALTER DATABASE " + database->name() + " SET log_min_messages = 'log'");
  std::unique_ptr<Relay> relay;
  if (relayed) {
    relay = std::make_unique<Relay>(
        stage, subject.binary, RelaySettings{.listeners = effect_projection()}, database->url());
  }
  std::this_thread::sleep_for(std::chrono::seconds{3});  // past the start, and at its longest pause
  const pid_t pid = relay ? relay->pid() : 0;
  const Counts before = counts(stage, *database, pid);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const Counts after = counts(stage, *database, pid);
  const double memory = relay ? resident_mib(pid) : 0;
  const auto began = std::chrono::steady_clock::now();
  if (relay) relay->stop();
  const std::chrono::duration<double, std::milli> stopped =
      std::chrono::steady_clock::now() - began;
  Measures measures;
  if (relay) measures = {{"resident memory", "MiB", memory}};
  if (before.statements >= 0) {
    measures.push_back({"statements", "/s", (after.statements - before.statements) / seconds});
  }
  measures.push_back({"transactions", "/s", (after.transactions - before.transactions) / seconds});
  measures.push_back({"WAL", "bytes/s", (after.wal - before.wal) / seconds});
  if (!relay) return measures;
  measures.push_back({"relay CPU", "%", (after.cpu - before.cpu) * 100 / seconds});
  measures.push_back({"time to stop", "ms", stopped.count()});
  return measures;
}

// From the start of the process to the commit of the effect of an event that was waiting for it.
Measures start(Stage& stage, const Subject& subject) {
  const auto database = live_database(stage, {.binary = subject.binary});
  Session& session = database->session();
  session.run(
      "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) VALUES "
      "('IncidentOpened', 'A', json_build_object('due', clock_timestamp())::text)");
  const double began = now(session);
  Relay relay{stage, subject.binary, {.listeners = effect_projection()}, database->url()};
  await_effects(session, 1, std::chrono::seconds{20});
  relay.stop();
  const double effect =
      session.number("SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM bench_effect");
  return {{"start to first effect", "ms", (effect - began) * 1000}};
}

// SIGTERM in the middle of a load: it finishes what it has in hand and ends.
Measures stop_under_load(Stage& stage, const Subject& subject, double rate) {
  const auto database = live_database(stage, {.binary = subject.binary});
  Relay relay{stage, subject.binary, {.listeners = effect_projection()}, database->url()};
  await_start(database->session(), relay);
  BackgroundLoad load{{.url = database->url(), .sql = outbox_insert(), .rate = rate, .seconds = 3}};
  std::this_thread::sleep_for(std::chrono::seconds{2});
  const auto began = std::chrono::steady_clock::now();
  relay.stop();
  const std::chrono::duration<double, std::milli> stopped =
      std::chrono::steady_clock::now() - began;
  (void)load.finish();
  return {{"time to drain and stop", "ms", stopped.count()}};
}

}  // namespace

void idle(Stage& stage, Report& report) {
  const double seconds = stage.sized(3.0, 15.0, 60.0);
  std::vector<Case> cases;
  cases.push_back({"no relay", {{"seconds", text_of(seconds)}}, [&stage, seconds] {
                     return rest(stage, stage.subjects()[0], false, seconds);
                   }});
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, "a relay, nothing to do"),
                     {{"seconds", text_of(seconds)}},
                     [&stage, &subject, seconds] { return rest(stage, subject, true, seconds); }});
    cases.push_back(
        {named(subject, "start"), {}, [&stage, &subject] { return start(stage, subject); }});
    cases.push_back({named(subject, "SIGTERM at 1,000 events/s"), {}, [&stage, &subject] {
                       return stop_under_load(stage, subject, 1'000);
                     }});
  }
  interleave(stage, report, "idle", cases);
  compare_subjects(stage, report, "idle", "a relay, nothing to do", "resident memory");
  compare_subjects(stage, report, "idle", "start", "start to first effect");
}

}  // namespace bench
