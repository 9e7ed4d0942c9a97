#include <gtest/gtest.h>

#include "tests/support/outage.hpp"
#include "tests/support/private_cluster.hpp"

namespace {

// A commit that waits would wait for ever: for a standby that is not there.
TEST(Commit, DoesNotWaitForTheDiskWhereTheSettingsSaySo) {
  const tests::PrivateCluster cluster;
  cluster.start();
  const auto db = tests::TestDatabase::on(cluster.url(), "app");
  tests::Outage run{db};
  run.config.relay["synchronous_commit"] = "false";
  run.start();
  run.publish(10);
  ASSERT_TRUE(run.effects().reach(10)) << run.log();
  pqxx::connection connection{db.url()};
  pqxx::nontransaction session{connection};
  session.exec("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  session.exec("SELECT pg_reload_conf()");
  session.exec("SET synchronous_commit = off");
  session.exec(tests::publishing("Thing", "'k' || n % 10", 20, 11));
  EXPECT_TRUE(run.effects().reach(30)) << run.log();
  session.exec("ALTER SYSTEM RESET synchronous_standby_names");
  session.exec("SELECT pg_reload_conf()");
  EXPECT_EQ(tests::stop_relay(run.relay()), 0) << run.log();
}

}  // namespace
