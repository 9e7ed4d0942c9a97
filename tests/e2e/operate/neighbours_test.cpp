#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>

#include "tests/support/effects.hpp"
#include "tests/support/fleet_config.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/role.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::eventually;
using tests::KafkaBroker;
using tests::PrivateCluster;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

/// A database that is served while others of the process are in trouble.
class BesideOthers : public ::testing::Test {
 protected:
  BesideOthers() { config_.add("effects", "Thing", effects_.sql()); }
  /// Each of twenty events takes effect in time.
  void expect_it_goes_on(int first, const Process& relay) {
    for (int n = first; n < first + 20; ++n) {
      well_.run(tests::publishing("Thing", "'k'", 1, n));
      ASSERT_TRUE(effects_.reach(n, 5s)) << n << relay.err();
    }
  }

  const TestDatabase admin_ = TestDatabase::at(tests::server_url("postgres"));
  TestDatabase well_;
  Effects effects_{well_};
  RelayConfig config_{well_.url()};
};

TEST_F(BesideOthers, ADatabaseThatIsDroppedDelaysNoOther) {
  const TestDatabase gone;
  const Effects effects_of_gone{gone};
  tests::add_database(config_, "gone", gone.url());
  config_.relay["connections"] = "4";
  Process relay{config_.command({"run"})};
  gone.run(tests::publishing("Thing", "'k'", 1));
  ASSERT_TRUE(effects_of_gone.reach(1)) << relay.err();
  expect_it_goes_on(1, relay);
  pqxx::connection admin{tests::server_url("postgres")};
  pqxx::nontransaction{admin}.exec("DROP DATABASE " + gone.name() + " WITH (FORCE)");
  expect_it_goes_on(21, relay);
  EXPECT_TRUE(eventually([&] { return relay.err().find("does not exist") != std::string::npos; }))
      << relay.err();
  expect_it_goes_on(41, relay);
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

TEST_F(BesideOthers, ADatabaseWhoseRoleLosesItsRightsDelaysNoOtherAndGoesOnWhenItHasThemAgain) {
  const TestDatabase poor;
  const Effects effects_of_poor{poor};
  const tests::Role role{poor, "poor"};
  role.grant_as_the_readme_says();
  poor.run("GRANT ALL ON effects, effects_pos_seq TO " + role.name());
  tests::add_database(config_, "poor", role.url(tests::Role::password));
  config_.relay["connections"] = "4";
  Process relay{config_.command({"run"})};
  poor.run(tests::publishing("Thing", "'k'", 1));
  ASSERT_TRUE(effects_of_poor.reach(1)) << relay.err();
  poor.run("REVOKE ALL ON event_publication FROM " + role.name());
  poor.run(tests::publishing("Thing", "'k'", 1, 2));
  expect_it_goes_on(1, relay);
  EXPECT_TRUE(eventually([&] {
    return relay.err().find("permission denied") != std::string::npos;
  })) << relay.err();
  expect_it_goes_on(21, relay);
  role.grant_as_the_readme_says();
  EXPECT_TRUE(effects_of_poor.reach(2)) << relay.err();
  EXPECT_EQ(poor.number("SELECT count(*) FROM event_attempt"), 0);
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

/// A server whose every process is stopped, until this ends.
class StoppedServer {
 public:
  explicit StoppedServer(const PrivateCluster& cluster) : all_{cluster.postmaster()} {
    const std::string pid = std::to_string(all_[0]);
    ::kill(all_[0], SIGSTOP);  // before it makes another child
    std::ifstream children{"/proc/" + pid + "/task/" + pid + "/children"};
    for (pid_t child = 0; children >> child;) all_.push_back(child);
    for (const pid_t each : all_) ::kill(each, SIGSTOP);
  }
  ~StoppedServer() {
    for (const pid_t each : all_) ::kill(each, SIGCONT);
  }
  StoppedServer(const StoppedServer&) = delete;
  StoppedServer& operator=(const StoppedServer&) = delete;

 private:
  std::vector<pid_t> all_;
};

/// Beside it: a database with four detached projections that take two seconds for a batch, two on
/// a server that is stopped while they have work, and a forward to a broker that is frozen.
class BesideSlowOnes : public BesideOthers {
 protected:
  static void SetUpTestSuite() {
    cluster = std::make_unique<PrivateCluster>();
    cluster->start();
    broker = std::make_unique<KafkaBroker>();
    tests::KafkaTopics{broker->address()}.create("t.slow", 1);
  }
  static void TearDownTestSuite() {
    broker.reset();
    cluster.reset();
  }

  void expect_it_goes_on_beside_them(const std::string& connections) {
    if (!connections.empty()) config_.relay["connections"] = connections;
    config_.database_extra = "projections = [\"effects\"]\n";
    for (int n = 0; n < 4; ++n) {
      config_.add("slow" + std::to_string(n), "Thing",
                  "SELECT pg_sleep(2) WHERE EXISTS (TABLE events)", "detached = true");
    }
    config_.kafka["brokers"] = "\"" + broker->address() + "\"";
    config_.add_forward("out", "Thing", "t.slow");
    tests::add_database(config_, "slow", slow_.url(), "projections = [\"slow*\", \"out\"]\n");
    for (int n = 0; n < 2; ++n) {
      stopped_.push_back(std::make_unique<Stopped>());
      tests::add_database(config_, "stopped" + std::to_string(n), stopped_.back()->db.url(),
                          "projections = [\"effects\"]\n");
    }
    relay_ = std::make_unique<Process>(config_.command({"run"}));
    publish_everywhere(1);
    ASSERT_TRUE(effects_.reach(1)) << relay_->err();
    for (const auto& one : stopped_) ASSERT_TRUE(one->effects.reach(1)) << relay_->err();
    ASSERT_TRUE(eventually([&] {
      return slow_.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "query LIKE '%pg_sleep(2)%' AND state = 'active' AND pid <> pg_backend_pid()") ==
             4;
    })) << relay_->err();
    broker->freeze();
    for (int n = 2; n < 12; ++n) publish_everywhere(n);
    {
      const StoppedServer stop{*cluster};
      expect_it_goes_on(12, *relay_);
    }
    broker->thaw();
    for (const auto& one : stopped_) EXPECT_TRUE(one->effects.reach(11)) << relay_->err();
  }

  struct Stopped {
    TestDatabase db = TestDatabase::on(cluster->url(), "db" + std::to_string(++databases));
    Effects effects{db};
  };

  static inline std::unique_ptr<PrivateCluster> cluster;
  static inline std::unique_ptr<KafkaBroker> broker;
  static inline int databases = 0;

 private:
  void publish_everywhere(int n) {
    const std::string sql = tests::publishing("Thing", "'k' || n", 1, n);
    well_.run(sql);
    slow_.run(sql);
    for (const auto& one : stopped_) one->db.run(sql);
  }

  TestDatabase slow_;
  std::vector<std::unique_ptr<Stopped>> stopped_;
  std::unique_ptr<Process> relay_;
};

TEST_F(BesideSlowOnes, EventsTakeEffectAtOnceWithAsManySessionsAsThereAreByDefault) {
  expect_it_goes_on_beside_them("");
}

TEST_F(BesideSlowOnes, EventsTakeEffectAtOnceWithTwelveSessions) {
  expect_it_goes_on_beside_them("12");
}

}  // namespace
