#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;
using tests::ThingLoad;
using Clock = std::chrono::steady_clock;

/// A relay in its own process, with a handler that sleeps in SQL.
class AsleepInAHandler : public ::testing::Test {
 protected:
  /// @param drain_s what SIGTERM allows; a statement may take two thirds of it, the longest.
  void start(int drain_s, const std::string& statement, int projections = 1) {
    load_.publish(5, 5);
    const int statement_ms = drain_s * 666;
    config_.relay = {{"drain_s", std::to_string(drain_s)},
                     {"statement_timeout_ms", std::to_string(statement_ms)},
                     {"handler_timeout_ms", std::to_string(statement_ms - 1)}};
    for (int i = 1; i <= projections; ++i) {
      config_.projections += "[[projection]]\nname = \"effects_" + std::to_string(i) +
                             "\"\nevents = [\"Thing\"]\nsql = [" + statement + "]\n";
    }
    relay_ = std::make_unique<Process>(config_.command({"run"}));
    ASSERT_TRUE(eventually([this] { return sleeping() > 0 || !relay_->running(); }));
    ASSERT_TRUE(relay_->running()) << relay_->err();
  }
  [[nodiscard]] long sleeping() const {
    return db_.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event = 'PgSleep'");
  }
  void expect_nothing_happened() const {
    EXPECT_EQ(load_.effects(), 0);
    EXPECT_EQ(load_.guards(), 0);
    EXPECT_EQ(load_.deliveries(), 0);
    EXPECT_EQ(load_.pending(), 5);
    EXPECT_TRUE(eventually([this] { return load_.relay_connections() == 0; }, 2s));
  }
  static std::string asleep(const std::string& seconds) {
    return "'" + ThingLoad::record("(SELECT pg_sleep(" + seconds + ")) IS NOT NULL") + "'";
  }

  TestDatabase db_;
  ThingLoad load_{db_};
  RelayConfig config_{db_.url()};
  std::unique_ptr<Process> relay_;
};

TEST(Stop, SigtermUnderLoadLeavesNothingHalfDoneAndTheNextDrainDeliversTheRest) {
  const TestDatabase db;
  const ThingLoad load{db};
  load.publish(3'000, 100);
  RelayConfig config{db.url()};
  config.relay = {{"batch_size", "20"}, {"drain_s", "5"}};
  config.add("effects", "Thing", ThingLoad::record("pg_sleep(0.0005) IS NOT NULL"));
  Process relay{config.command({"run"})};
  ASSERT_TRUE(eventually([&] { return load.effects() > 300; })) << relay.err();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(6s), 0) << relay.err();

  const long effects = load.effects();
  EXPECT_LT(effects, 3'000) << "it was at rest already: the load is too small";
  EXPECT_EQ(load.guards(), effects);
  EXPECT_EQ(load.completed(), effects);
  EXPECT_EQ(load.pending(), 3'000 - effects);
  EXPECT_EQ(load.deliveries(), 0);

  EXPECT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(load.effects(), 3'000);
  EXPECT_EQ(load.different(), 3'000);
  EXPECT_EQ(load.pending(), 0);
}

TEST_F(AsleepInAHandler, IsCancelledAtTheDrainLimitAndItsBatchIsRolledBack) {
  // Five projections in one batch, each of which keeps to its time.
  ASSERT_NO_FATAL_FAILURE(start(1, asleep("0.4"), 5));
  const auto began = Clock::now();
  relay_->signal(SIGTERM);
  EXPECT_EQ(relay_->wait(10s), 0) << relay_->err();
  EXPECT_GT(Clock::now() - began, 900ms) << "it had a second to finish";
  EXPECT_LT(Clock::now() - began, 4s);
  expect_nothing_happened();
}

TEST_F(AsleepInAHandler, IsCancelledAtOnceByASecondSigterm) {
  ASSERT_NO_FATAL_FAILURE(start(45, asleep("25")));
  relay_->signal(SIGTERM);
  ASSERT_TRUE(eventually([this] { return relay_->err().find("stopping") != std::string::npos; }));
  EXPECT_GT(sleeping(), 0) << "the first signal waits for the handler";
  const auto began = Clock::now();
  relay_->signal(SIGTERM);
  EXPECT_EQ(relay_->wait(10s), 0) << relay_->err();
  EXPECT_LT(Clock::now() - began, 3s);
  expect_nothing_happened();
}

TEST(Stop, SigtermWhileTheDatabaseIsGoneEndsInTime) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "PgBouncer is not installed: ./dev setup";
  const TestDatabase db;
  const ThingLoad load{db};
  auto pooler = std::make_unique<tests::PgBouncer>(db.name());
  RelayConfig config{pooler->url()};
  config.relay = {{"drain_s", "2"}};
  config.add("effects", "Thing", ThingLoad::record());
  Process relay{config.command({"run"})};
  load.publish(10, 10);
  ASSERT_TRUE(eventually([&] { return load.effects() == 10; })) << relay.err();
  pooler.reset();
  ASSERT_TRUE(eventually([&] {
    return relay.err().find("cannot be used since") != std::string::npos;
  })) << relay.err();
  const auto began = Clock::now();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(10s), 0) << relay.err();
  EXPECT_LT(Clock::now() - began, 5s);
}

/// The process id of our PgBouncer, which is our child.
pid_t pooler_pid() {
  std::ifstream children{"/proc/self/task/" + std::to_string(::getpid()) + "/children"};
  for (pid_t pid = 0; children >> pid;) {
    std::string name;
    std::ifstream{"/proc/" + std::to_string(pid) + "/comm"} >> name;
    if (name == "pgbouncer") return pid;
  }
  return -1;
}

TEST(Stop, SigtermWhileNobodyAnswersOnTheOtherEndEndsInTime) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "PgBouncer is not installed: ./dev setup";
  const TestDatabase db;
  const ThingLoad load{db};
  const tests::PgBouncer pooler{db.name()};
  RelayConfig config{pooler.url()};
  config.relay = {{"drain_s", "1"}, {"statement_timeout_ms", "600"}};
  config.add("effects", "Thing", ThingLoad::record());
  Process relay{config.command({"run"})};
  load.publish(10, 10);
  ASSERT_TRUE(eventually([&] { return load.effects() == 10; })) << relay.err();
  const pid_t pid = pooler_pid();
  ASSERT_GT(pid, 0);
  ::kill(pid, SIGSTOP);
  ASSERT_TRUE(eventually([&] {  // the scout's question is not passed on any more
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND pid <> pg_backend_pid() AND "
               "clock_timestamp() - state_change < interval '0.5 s'") == 0;
  }));
  const auto began = Clock::now();
  relay.signal(SIGTERM);
  const auto code = relay.wait(10s);
  ::kill(pid, SIGCONT);
  EXPECT_TRUE(code.has_value()) << "still there";
  EXPECT_LT(Clock::now() - began, 5s) << relay.err();
}

TEST(Stop, SigtermWhileSomebodyLocksTheTableEndsInTimeWithZero) {
  const TestDatabase db;
  const ThingLoad load{db};
  RelayConfig config{db.url()};
  config.relay = {{"drain_s", "1"}, {"statement_timeout_ms", "600"}};
  config.add("effects", "Thing", ThingLoad::record());
  Process relay{config.command({"run"})};
  load.publish(10, 10);
  ASSERT_TRUE(eventually([&] { return load.effects() == 10; })) << relay.err();
  pqxx::connection locker{db.url()};
  pqxx::work lock{locker};
  lock.exec("LOCK TABLE event_publication IN ACCESS EXCLUSIVE MODE");
  ASSERT_TRUE(eventually([&] {
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND application_name LIKE 'freshet scout%' AND wait_event_type = 'Lock'") == 1;
  })) << relay.err();
  const auto began = Clock::now();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(15s), 0) << relay.err();
  EXPECT_LT(Clock::now() - began, 4s);
}

TEST(Stop, TheSignalByWhichARelayWakesItselfEndsNothingWhenAnotherSendsIt) {
  const TestDatabase db;
  const ThingLoad load{db};
  RelayConfig config{db.url()};
  config.add("effects", "Thing", ThingLoad::record());
  Process relay{config.command({"run"})};
  for (int i = 0; i < 3; ++i) {
    load.publish(10, 10);
    ASSERT_TRUE(eventually([&] { return load.pending() == 0; })) << relay.err();
    relay.signal(SIGUSR1);
  }
  load.publish(10, 10);
  EXPECT_TRUE(eventually([&] { return load.pending() == 0; })) << relay.err();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(), 0) << relay.err();
}

TEST(Stop, ADrainEndsWithZeroWhenOnlyDeadLettersAndWhatTheyHoldAreLeft) {
  const TestDatabase db;
  const ThingLoad load{db};
  load.publish(100, 10);
  RelayConfig config{db.url()};
  config.add("effects", "Thing", ThingLoad::record("1 / ((payload->>'n')::int - 13) IS NOT NULL"));
  for (int time = 1; time <= 2; ++time) {  // the second finds nothing else
    const tests::Ended ended = config.run({"run", "--drain"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(load.effects(), 91);
    EXPECT_EQ(db.value("SELECT string_agg(state || number, ' ' ORDER BY state) FROM (SELECT state, "
                       "count(*) AS number FROM event_delivery GROUP BY state) d"),
              "dead1 waiting8");
  }
}

long threads() {
  const std::filesystem::directory_iterator all{"/proc/self/task"};
  return std::distance(begin(all), end(all));
}

TEST(Stop, TwentyStartsAndStopsUnderLoadLeakNoConnectionAndNoThread) {
  const TestDatabase db;
  const ThingLoad load{db};
  tests::EngineRun run{db};
  run.settings.relay.workers = 4;
  run.settings.relay.batch_size = 20;
  run.add_sql("effects", {"Thing"}, ThingLoad::record());
  const long threads_before = threads();
  for (int time = 0; time < 20; ++time) {
    load.publish(500, 50);
    run.settings.databases[0].listen = time % 4 == 0;
    const auto engine = run.start();
    ASSERT_TRUE(eventually([&] { return engine->events_done() > 0; }, 10s)) << engine->sentence();
    engine->request_stop();
    ASSERT_TRUE(engine->wait(Clock::now() + 5s));
  }
  EXPECT_EQ(threads(), threads_before);
  EXPECT_TRUE(eventually([&] { return load.relay_connections() == 0; }, 5s))
      << load.relay_connections() << " connections are left";
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(load.effects(), 10'000);
  EXPECT_EQ(load.different(), 10'000);
}

TEST(Stop, ConnectionsKilledAgainAndAgainLoseNothingAndKillNoEvent) {
  const TestDatabase db;
  const ThingLoad load{db};
  load.publish(2'000, 100);
  RelayConfig config{db.url()};
  config.relay = {{"batch_size", "10"}};
  config.add("effects", "Thing", ThingLoad::record("pg_sleep(0.001) IS NOT NULL"));
  Process relay{config.command({"run", "--drain"})};
  long killed = 0;
  for (int time = 1; time <= 8; ++time) {
    const long before = load.effects();
    ASSERT_TRUE(eventually([&] { return load.effects() > before; })) << relay.err();
    killed += db.number(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
        "current_database() AND application_name LIKE 'freshet%'");
  }
  EXPECT_GT(killed, 12);
  EXPECT_EQ(relay.wait(60s), 0) << relay.err();
  EXPECT_EQ(load.effects(), 2'000);
  EXPECT_EQ(load.different(), 2'000);
  EXPECT_EQ(load.guards(), 2'000);
  EXPECT_EQ(load.pending(), 0);
  EXPECT_EQ(load.deliveries(), 0);
}

}  // namespace
