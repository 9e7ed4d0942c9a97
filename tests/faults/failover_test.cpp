#include <gtest/gtest.h>

#include "tests/support/effects.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::eventually;
using tests::PrivateCluster;
using tests::TestDatabase;

/// A primary with a streaming standby.
class Failover : public ::testing::Test {
 protected:
  Failover() {
    primary_.configure("wal_keep_size = 64MB");
    primary_.start();
    standby_ = PrivateCluster::standby_of(primary_);
    standby_->start();
  }
  [[nodiscard]] std::string both(const std::string& database) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(primary_.port()) +
           ",127.0.0.1:" + std::to_string(standby_->port()) + "/" + database + "?connect_timeout=2";
  }
  /// Every byte that the primary has written is applied there.
  [[nodiscard]] bool caught_up() const {
    pqxx::connection here{primary_.url()};
    pqxx::connection there{standby_->url()};
    pqxx::nontransaction primary{here};
    pqxx::nontransaction standby{there};
    const pqxx::result lsn = primary.exec("SELECT pg_current_wal_lsn()");
    return eventually([&] {
      return standby
          .exec("SELECT pg_last_wal_replay_lsn() >= '" + std::string{lsn[0][0].c_str()} +
                "'::pg_lsn")[0][0]
          .as<bool>();
    });
  }

  PrivateCluster primary_;
  std::unique_ptr<PrivateCluster> standby_;
};

TEST_F(Failover, ARelayWithBothHostsFollowsToThePromotedStandbyAndAStandbyAloneIsRefusedInWords) {
  {
    const TestDatabase db = TestDatabase::on(primary_.url(), "app");
    const tests::Effects effects{db};
    ASSERT_TRUE(caught_up());
    tests::RelayConfig alone{standby_->url("app")};
    alone.add("effects", "Thing", effects.sql());
    const tests::Ended refused = alone.run({"run"});
    EXPECT_EQ(refused.code, 3);
    EXPECT_NE(refused.err.find("point the url at the primary"), std::string::npos) << refused.err;
    db.run("DROP TABLE effects");
  }
  const TestDatabase before = TestDatabase::on(primary_.url(), "moved");
  tests::RelayConfig config{both("moved")};
  config.relay = {{"batch_size", "10"}, {"statement_timeout_ms", "1000"}, {"drain_s", "5"}};
  const tests::Effects effects{before};
  config.add("effects", "Thing", effects.sql("(SELECT (payload->>'n')::int FROM pg_sleep(0.002))"));
  tests::Process relay{config.command({"run"})};
  before.run(tests::publishing("Thing", "'k' || n % 10", 400));
  ASSERT_TRUE(effects.reach(10)) << relay.err();
  // Fast: what was acknowledged is on the standby, and the standby ends where the primary ended.
  primary_.stop("fast");
  standby_->promote();
  const TestDatabase after = TestDatabase::at(standby_->url("moved"));
  const tests::Effects moved = tests::Effects::existing(after);
  after.run(tests::publishing("Thing", "'k' || n % 10", 50, 401));
  EXPECT_TRUE(moved.reach(450)) << relay.err();
  EXPECT_TRUE(eventually([&] {
    return after.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") ==
           0;
  }));
  EXPECT_EQ(after.number("SELECT count(*) FROM event_attempt"), 0);
  EXPECT_EQ(after.number("SELECT count(*) FROM event_delivery"), 0);
  EXPECT_EQ(moved.count(), 450);
  EXPECT_EQ(moved.doubled() + moved.overtaken(), 0);
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

// The standby never saw the last events, and its sequence hands out their numbers again: what the
// new events are is told by their ids, so none is mistaken for one that is gone.
TEST_F(Failover, WhatAPromotedStandbyNeverSawIsGoneAndWhatComesAfterwardsIsDelivered) {
  const TestDatabase before = TestDatabase::on(primary_.url(), "lost");
  tests::RelayConfig config{both("lost")};
  const tests::Effects effects{before};
  config.add("effects", "Thing", effects.sql());
  tests::Process relay{config.command({"run"})};
  before.run(tests::publishing("Thing", "'k' || n % 10", 100));
  ASSERT_TRUE(effects.reach(100)) << relay.err();
  ASSERT_TRUE(caught_up());
  const TestDatabase after = TestDatabase::at(standby_->url("lost"));
  // From here on the standby hears nothing.
  {
    pqxx::connection there{standby_->url()};
    pqxx::nontransaction standby{there};
    standby.exec("ALTER SYSTEM SET primary_conninfo = ''");
    standby.exec("SELECT pg_reload_conf()");
  }
  ASSERT_TRUE(
      eventually([&] { return after.number("SELECT count(*) FROM pg_stat_wal_receiver") == 0; }));
  before.run(tests::publishing("Thing", "'k' || n % 10", 100, 101));
  ASSERT_TRUE(effects.reach(200)) << relay.err();
  primary_.stop("immediate");
  standby_->promote();
  after.run(tests::publishing("Thing", "'k' || n % 10", 200, 201));
  const tests::Effects moved = tests::Effects::existing(after);
  EXPECT_TRUE(moved.reach(200, std::chrono::seconds{15}, "n > 200")) << relay.err();
  EXPECT_EQ(moved.count(), 300);
  EXPECT_EQ(moved.doubled() + moved.overtaken(), 0);
  EXPECT_EQ(after.number("SELECT count(*) FROM event_attempt"), 0);
  EXPECT_EQ(after.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"),
            0);
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

}  // namespace
