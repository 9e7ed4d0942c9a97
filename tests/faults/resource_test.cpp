#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/outage.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/role.hpp"
#include "tests/support/small_disk.hpp"

namespace {

using tests::eventually;
using tests::Outage;
using tests::PrivateCluster;
using tests::SmallDisk;
using tests::TestDatabase;

TEST(Resource, AFullDiskUnderAReadModelIsWaitedForAndKillsNoEvent) {
  if (const auto why = SmallDisk::missing()) GTEST_SKIP() << *why;
  const SmallDisk disk{8};
  const std::string place = disk.path() + "/tablespace";
  std::filesystem::create_directory(place);
  PrivateCluster::give_to_server(place);
  const PrivateCluster cluster;
  cluster.start();
  const TestDatabase db = TestDatabase::on(cluster.url(), "app");
  pqxx::connection connection{db.url()};
  pqxx::nontransaction{connection}.exec("CREATE TABLESPACE small LOCATION '" + place + "'");
  Outage outage{db};
  db.run("ALTER TABLE effects SET TABLESPACE small");
  outage.start();
  outage.work();
  disk.fill();
  outage.publish(600);
  EXPECT_TRUE(outage.says("No space left on device")) << outage.log();
  EXPECT_TRUE(outage.relay().running());
  disk.make_room();
  outage.expect_mended();
}

// The server panics. Whether its recovery finds room enough in old segments is the server's affair:
// once there is room it is started anew, as its operator would.
TEST(Resource, AFullDiskUnderTheLogOfTheServerIsWaitedFor) {
  if (const auto why = SmallDisk::missing()) GTEST_SKIP() << *why;
  const SmallDisk disk{16};
  const std::string place = disk.path() + "/wal";
  std::filesystem::create_directory(place);
  PrivateCluster::give_to_server(place);
  const PrivateCluster cluster{{"--waldir=" + place, "--wal-segsize=1"}};
  cluster.configure("min_wal_size = 2MB");
  cluster.configure("max_wal_size = 4MB");
  cluster.start();
  const TestDatabase db = TestDatabase::on(cluster.url(), "app");
  Outage outage{db};
  outage.start();
  outage.work();
  disk.fill();
  EXPECT_THROW(for (int i = 0; i < 100; ++i) db.run("CREATE TABLE big" + std::to_string(i) +
                                                    " AS SELECT repeat(n::text, 50) FROM "
                                                    "generate_series(1, 10000) n"),
               std::exception);
  EXPECT_TRUE(eventually([&] { return cluster.log().find("No space left") != std::string::npos; }));
  EXPECT_TRUE(outage.relay().running());
  disk.make_room();
  cluster.make_sure_it_is_down();
  cluster.start();
  outage.expect_mended();
}

TEST(Resource, TooManyConnectionsAreWaitedForAndKillNoEvent) {
  const TestDatabase db;
  const tests::Role role{db, "many"};
  role.grant_as_the_readme_says();
  Outage outage{db, role.url(tests::Role::password)};
  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name());
  outage.start();
  outage.work();
  db.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT 0");
  db.run(tests::on_relays("pg_terminate_backend", db.name()));
  EXPECT_TRUE(outage.says("too many connections for role"));
  EXPECT_TRUE(outage.relay().running());
  db.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT -1");
  outage.expect_mended();
}

// One session is fewer than it wants: the scout and the workers share what there is.
TEST(Resource, ARelayWithFewerConnectionsThanItWantsStillLosesNothing) {
  const TestDatabase db;
  const tests::Role role{db, "few"};
  role.grant_as_the_readme_says();
  Outage outage{db, role.url(tests::Role::password)};
  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name());
  db.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT 2");
  outage.start();
  outage.work();
  EXPECT_TRUE(outage.says("too many connections for role"));
  db.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT -1");
  outage.expect_mended();
}

}  // namespace
