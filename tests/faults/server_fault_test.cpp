#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "schema/statements.hpp"
#include "tests/support/outage.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/proc_stat.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::Outage;
using tests::PrivateCluster;
using tests::TestDatabase;

/// One server for all tests of the file, each with a database of its own on it.
class ServerFault : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster = std::make_unique<PrivateCluster>();
    cluster->start();
  }
  static void TearDownTestSuite() { cluster.reset(); }

  /// Process ids of the relay's sessions that are running something.
  [[nodiscard]] std::vector<pid_t> busy_backends() const {
    std::vector<pid_t> all;
    for (const auto& row :
         db_.run("SELECT pid FROM pg_stat_activity WHERE datname = '" + db_.name() +
                 "' AND application_name LIKE 'freshet%' AND state "
                 "= 'active' AND application_name NOT LIKE '%scout%'")) {
      all.push_back(row[0].as<pid_t>());
    }
    return all;
  }

  /// Workers' sessions besides these.
  [[nodiscard]] long others_than(const std::vector<pid_t>& some) const {
    std::string list;
    for (const pid_t pid : some) list += (list.empty() ? "" : ", ") + std::to_string(pid);
    return db_.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name LIKE 'freshet worker%' AND backend_start > (SELECT "
        "max(backend_start) FROM pg_stat_activity WHERE pid IN (" +
        list + "))");
  }

  static inline std::unique_ptr<PrivateCluster> cluster;
  static inline int databases = 0;
  TestDatabase db_ = TestDatabase::on(cluster->url(), "db" + std::to_string(++databases));
  Outage outage_{db_, db_.url() + "?connect_timeout=2"};
};

TEST_F(ServerFault, SessionsTerminatedInTheMiddleOfAHandlerCostNoTry) {
  outage_.start();
  for (int time = 0; time < 3; ++time) {
    outage_.work();
    EXPECT_GT(db_.number(tests::on_relays("pg_terminate_backend", db_.name())), 0);
  }
  outage_.expect_mended();
}

TEST_F(ServerFault, AServerRestartedAtOnceIsFoundAgainAndNothingIsLost) {
  outage_.start();
  outage_.work();
  cluster->stop("immediate");
  EXPECT_TRUE(outage_.says("onnection"));
  EXPECT_TRUE(outage_.relay().running());
  cluster->start();
  outage_.expect_mended();
}

TEST_F(ServerFault, WorkersWhoseLanesWaitForTheServerDoNotSpin) {
  outage_.config.relay["workers"] = "4";
  outage_.start();
  outage_.work();
  cluster->stop("immediate");
  EXPECT_TRUE(outage_.says("cannot be used since"));
  const double before = tests::processor_seconds(outage_.relay().pid());
  std::this_thread::sleep_for(1'500ms);
  EXPECT_LT(tests::processor_seconds(outage_.relay().pid()) - before, 0.5);
  cluster->start();
  outage_.expect_mended();
}

TEST_F(ServerFault, AKilledPostmasterIsFoundAgainAfterItsRecovery) {
  outage_.start();
  outage_.work();
  cluster->kill();
  cluster->start();
  outage_.expect_mended();
}

TEST_F(ServerFault, AStoppedBackendIsGivenUpAtTheDeadline) {
  outage_.start();
  outage_.work();
  std::vector<pid_t> stopped;
  ASSERT_TRUE(eventually([&] { return !(stopped = busy_backends()).empty(); }));
  for (const pid_t pid : stopped) ::kill(pid, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return others_than(stopped) > 0; }, 10s)) << outage_.log();
  for (const pid_t pid : stopped) ::kill(pid, SIGCONT);
  outage_.expect_mended();
}

// Sessions go on without it, but nobody can connect any more.
TEST_F(ServerFault, AStoppedPostmasterIsWaitedFor) {
  outage_.start();
  outage_.work();
  const pid_t postmaster = cluster->postmaster();
  pqxx::connection mine{db_.url()};
  ::kill(postmaster, SIGSTOP);
  pqxx::nontransaction{mine}.exec(tests::on_relays("pg_terminate_backend", db_.name()));
  EXPECT_TRUE(outage_.says("timeout expired")) << outage_.log();
  EXPECT_TRUE(outage_.relay().running());
  ::kill(postmaster, SIGCONT);
  outage_.expect_mended();
}

// What it undid is pending again below every floor, and a pooler may keep the session: so the run
// of the server is another, though its postmaster is the same and no file is.
TEST_F(ServerFault, ACrashOfABackendIsAnotherRunOfTheServerAlsoForWhomAPoolerHidesIt) {
  db_.run(std::string{schema::statements::mark_server_run});
  const auto run = [&]() -> std::string {
    try {
      return db_.value("SELECT freshet_server_run()");
    } catch (const pqxx::failure&) {
      return "";  // not back yet
    }
  };
  const std::string before = run();
  EXPECT_EQ(run(), before);
  pqxx::connection session{db_.url()};
  ::kill(session.backendpid(), SIGKILL);
  std::string unmarked;
  // One answer a look: between two of them the server may begin to recover.
  ASSERT_TRUE(eventually([&] { return !(unmarked = run()).empty() && unmarked != before; }))
      << before;
  db_.run(std::string{schema::statements::mark_server_run});
  EXPECT_NE(run(), unmarked);
  EXPECT_NE(run(), before);
}

TEST_F(ServerFault, AServerThatTurnsReadOnlyIsWaitedForAndKillsNoEvent) {
  outage_.start();
  outage_.work();
  pqxx::connection mine{db_.url()};
  pqxx::nontransaction admin{mine};
  admin.exec("ALTER SYSTEM SET default_transaction_read_only = on");
  admin.exec("SELECT pg_reload_conf()");
  EXPECT_TRUE(outage_.says("read-only")) << outage_.log();
  EXPECT_TRUE(outage_.relay().running());
  admin.exec("ALTER SYSTEM RESET default_transaction_read_only");
  admin.exec("SELECT pg_reload_conf()");
  ASSERT_TRUE(eventually([&] { return db_.value("SHOW transaction_read_only") == "off"; }));
  outage_.expect_mended();
}

}  // namespace
