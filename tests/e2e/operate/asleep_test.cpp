#include <gtest/gtest.h>

#include <algorithm>

#include <array>
#include <csignal>
#include <thread>

#include "tests/support/effects.hpp"
#include "tests/support/fleet_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr auto soon = 20s;  // far less than the first look at one that nobody wakes

/// A relay with four databases and three sessions, named so that its rows are known.
class Asleep : public ::testing::Test {
 protected:
  static constexpr std::size_t number = 4;

  Asleep() {
    config_.relay = {{"connections", "3"},
                     {"sleep_after_s", "1"},
                     {"sleep_look_s", "100"},
                     {"instance", "\"sleeper\""}};
    config_.add("effects", "Thing", effects_[0].sql("(payload->>'n')::int / (TABLE gate)"));
    for (std::size_t n = 0; n < number; ++n) {
      dbs_[n].run("CREATE TABLE gate AS SELECT 1 AS divisor");
      if (n > 0) tests::add_database(config_, "db" + std::to_string(n), dbs_[n].url());
    }
  }
  void start() { relay_ = std::make_unique<Process>(config_.command({"run"})); }

  static bool is_asleep(const TestDatabase& db) {
    return db.value("SELECT asleep FROM relay_instance WHERE instance = 'sleeper'") == "t";
  }
  [[nodiscard]] bool all_fall_asleep() const {
    return eventually([&] { return std::ranges::all_of(dbs_, is_asleep); });
  }
  /// Sessions of relays in a database, seen from another one.
  long sessions(const TestDatabase& db) const {
    return admin_.number("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + db.name() +
                         "' AND application_name LIKE 'freshet%'");
  }
  [[nodiscard]] std::string log() const { return relay_->out() + relay_->err(); }

  const TestDatabase admin_ = TestDatabase::at(tests::server_url("postgres"));
  std::array<TestDatabase, number> dbs_;
  std::array<Effects, number> effects_{Effects{dbs_[0]}, Effects{dbs_[1]}, Effects{dbs_[2]},
                                       Effects{dbs_[3]}};
  RelayConfig config_{dbs_[0].url()};
  std::unique_ptr<Process> relay_;
};

TEST_F(Asleep, ADatabaseKeepsNoSessionAndWhatIsInsertedTakesEffectAllTheSame) {
  start();
  ASSERT_TRUE(all_fall_asleep()) << log();
  const auto all = [&] {
    long sum = 0;
    for (const TestDatabase& db : dbs_) sum += sessions(db);
    return sum;
  };
  EXPECT_TRUE(eventually([&] { return all() <= 1; }, soon)) << all() << ", one of the watch";
  for (std::size_t n = 0; n < number; ++n) {
    dbs_[n].run(tests::publishing("Thing", "'k'", 10));
    EXPECT_TRUE(effects_[n].reach(10, soon)) << n << log();
  }
  ASSERT_TRUE(all_fall_asleep()) << log();
  pqxx::connection stays{dbs_[1].url()};
  // A session that has just told of what it did tells of the next within ten seconds.
  admin_.run("SELECT pg_sleep(1.5)");
  pqxx::work tx{stays};
  tx.exec(tests::publishing("Thing", "'k'", 10, 11));
  tx.commit();
  EXPECT_TRUE(effects_[1].reach(20, soon)) << log();
  for (const Effects& effects : effects_) EXPECT_EQ(effects.doubled() + effects.overtaken(), 0);
  EXPECT_EQ(tests::stop_relay(*relay_), 0) << log();
}

TEST_F(Asleep, ADatabaseIsToldToHaveNoSessionAndAfterACleanEndNotToSleepAnyMore) {
  start();
  ASSERT_TRUE(all_fall_asleep()) << log();
  for (const TestDatabase& db : dbs_) {
    EXPECT_EQ(db.number("SELECT sessions + waiting FROM relay_instance"), 0);
  }
  const tests::Ended status = config_.run({"status"});
  EXPECT_EQ(status.out.find("raise"), std::string::npos) << status.out;
  EXPECT_EQ(tests::stop_relay(*relay_), 0) << log();
  EXPECT_TRUE(std::ranges::none_of(dbs_, is_asleep)) << log();
  EXPECT_EQ(log().find("sessions are at work"), std::string::npos) << log();
}

// Another one is woken and sleeps again meanwhile, twice.
TEST_F(Asleep, ADatabaseHasNoTransactionsButTheWatchs) {
  start();
  ASSERT_TRUE(all_fall_asleep()) << log();
  dbs_[0].run(tests::publishing("Thing", "'k'", 1));
  EXPECT_TRUE(effects_[0].reach(1, soon)) << log();
  ASSERT_TRUE(all_fall_asleep()) << log();
  const auto counts = [&] {
    std::vector<long> all;
    for (std::size_t n = 1; n < number; ++n) {
      all.push_back(admin_.number(
          "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '" +
          dbs_[n].name() + "'"));
    }
    return all;
  };
  // What this test and the start have done is told in the statistics for some ten seconds more.
  int time = 1;
  const auto quiet = [&] {
    const auto before = counts();
    admin_.run("SELECT pg_sleep(2.5)");
    dbs_[0].run(tests::publishing("Thing", "'k'", 1, ++time));
    EXPECT_TRUE(effects_[0].reach(time, soon)) << log();
    const auto after = counts();
    int number_of_quiet = 0;
    for (std::size_t n = 0; n < before.size(); ++n) {
      number_of_quiet += after[n] - before[n] < 5 ? 1 : 0;
    }
    return number_of_quiet >= 2;  // one may have the watch's session
  };
  EXPECT_TRUE(eventually(quiet, 40s)) << "awake each has ten a second";
}

TEST_F(Asleep, ADatabaseWakesForAResumeAndForARetryOfDeadLetters) {
  dbs_[3].run("UPDATE gate SET divisor = 0");
  dbs_[3].run(tests::publishing("Thing", "'k'", 1));
  start();
  ASSERT_TRUE(eventually([&] {
    return dbs_[3].number("SELECT count(*) FROM event_delivery WHERE state = 'dead'") == 1;
  })) << log();
  const tests::Ended paused =
      config_.run({"pause", "effects", "--reason", "r", "--yes", "--database", "db2"});
  ASSERT_EQ(paused.code, 0) << paused.err;
  dbs_[2].run(tests::publishing("Thing", "'k'", 1));
  ASSERT_TRUE(eventually([&] {
    return dbs_[2].number("SELECT count(*) FROM event_delivery WHERE state = 'ready'") == 1;
  })) << log();
  ASSERT_TRUE(all_fall_asleep()) << log();
  dbs_[3].run("UPDATE gate SET divisor = 1");
  EXPECT_EQ(config_.run({"dead", "retry", "--all", "--yes", "--database", "db3"}).code, 0);
  EXPECT_EQ(config_.run({"resume", "effects", "--yes", "--database", "db2"}).code, 0);
  EXPECT_TRUE(effects_[3].reach(1, soon)) << log();
  EXPECT_TRUE(effects_[2].reach(1, soon)) << log();
}

// Its neighbours sleep, and it has had as long to fall asleep as they.
TEST_F(Asleep, NoDatabaseFallsThatListensOrHasSomethingToTryAgain) {
  config_.relay["connections"] = "4";
  config_.retry_s = "[60]";
  config_.projections.clear();
  config_.add("effects", "Thing", effects_[0].sql("(payload->>'n')::int / (TABLE gate)"));
  dbs_[1].run("UPDATE gate SET divisor = 0");
  dbs_[1].run(tests::publishing("Thing", "'k'", 1));
  const TestDatabase listening;
  const Effects effects_of_listening{listening};
  listening.run("CREATE TABLE gate AS SELECT 1 AS divisor");
  tests::add_database(config_, "listening", listening.url(), "listen = true\n");
  start();
  ASSERT_TRUE(eventually([&] {
    return is_asleep(dbs_[0]) && is_asleep(dbs_[2]) && is_asleep(dbs_[3]);
  })) << log();
  ASSERT_TRUE(eventually([&] {
    return dbs_[1].number("SELECT count(*) FROM event_delivery WHERE state = 'retrying'") == 1;
  })) << log();
  admin_.run("SELECT pg_sleep(3)");
  EXPECT_FALSE(is_asleep(dbs_[1]));
  EXPECT_FALSE(is_asleep(listening));
}

TEST_F(Asleep, NoDatabaseFallsWhereEachMayHaveASession) {
  config_.relay["connections"] = "4";
  start();
  ASSERT_TRUE(eventually([&] {
    return std::ranges::all_of(dbs_, [](const TestDatabase& db) {
      return db.number("SELECT count(*) FROM relay_instance") == 1;
    });
  })) << log();
  admin_.run("SELECT pg_sleep(3)");
  EXPECT_TRUE(std::ranges::none_of(dbs_, is_asleep));
}

// Time passes for one that sleeps by the rows that tell when it was seen.
TEST_F(Asleep, ARelayIsNotTakenForGoneBeforeThreeOfItsLooksHavePassed) {
  const TestDatabase& db = dbs_[1];
  const auto seen = [&](const std::string& ago) {
    db.run("UPDATE relay_instance SET seen_at = now() - interval '" + ago +
           "' WHERE instance = 'sleeper'; UPDATE projection_freshness SET seen_at = now() - "
           "interval '" +
           ago +
           "' WHERE instance = 'sleeper'; UPDATE event_listener SET since = "
           "now() - interval '1 day'");
  };
  const auto declared = [&] {
    return db.value("SELECT array_to_string(patterns, ',') FROM event_listener");
  };
  RelayConfig other{db.url()};
  other.add("effects", "Thing*", effects_[1].sql());
  Process awake{other.command({"run"})};
  ASSERT_TRUE(eventually([&] { return declared() == "Thing*"; })) << awake.err();
  start();
  ASSERT_TRUE(eventually([&] { return declared() == "Thing"; })) << log();
  ASSERT_TRUE(all_fall_asleep()) << log();
  seen("200 s");
  admin_.run("SELECT pg_sleep(4.5)");  // the other judges every two seconds
  EXPECT_EQ(declared(), "Thing");
  relay_->signal(SIGKILL);
  (void)relay_->wait();
  seen("400 s");  // three times 125, at most
  EXPECT_TRUE(eventually([&] { return declared() == "Thing*"; }, soon)) << awake.err();
}

}  // namespace
