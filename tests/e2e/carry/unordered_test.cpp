#include <gtest/gtest.h>

#include "tests/support/thing_load.hpp"

namespace {

TEST(Unordered, TwoRelaysOfFourWorkersApplyEverythingExactlyOnce) {
  const tests::TestDatabase db;
  const tests::ThingLoad load{db};
  load.publish(20'000, 3);  // few keys: with order, most workers would have nothing to do
  tests::RelayConfig config{db.url()};
  config.relay = {{"ordering", "\"none\""}, {"workers", "4"}, {"batch_size", "50"}};
  config.add("effects", "Thing", tests::ThingLoad::record());
  tests::Process one{config.command({"run", "--drain"})};
  tests::Process two{config.command({"run", "--drain"})};
  EXPECT_EQ(one.wait(), 0) << one.err();
  EXPECT_EQ(two.wait(), 0) << two.err();
  EXPECT_EQ(load.effects(), 20'000);
  EXPECT_EQ(load.different(), 20'000);
  EXPECT_EQ(load.guards(), 20'000);
  EXPECT_EQ(load.completed(), 20'000);
  EXPECT_EQ(load.deliveries(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM projection_freshness WHERE applied_total > 0"), 2)
      << "one of the two had nothing to do: the load is too small";
  EXPECT_EQ(db.value("SELECT value FROM freshet_setting WHERE name = 'ordering'"), "none");
}

TEST(Unordered, ARelayThatWantsOrderRefusesADatabaseThatWorksWithout) {
  const tests::TestDatabase db;
  const tests::ThingLoad load{db};
  tests::RelayConfig config{db.url()};
  config.add("effects", "Thing", tests::ThingLoad::record());
  config.relay = {{"ordering", "\"none\""}};
  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  config.relay = {{"ordering", "\"key\""}};
  load.publish(10, 10);
  const tests::Ended ended = config.run({"run", "--drain"});
  EXPECT_NE(ended.code, 0);
  EXPECT_NE(ended.err.find("ordering = \"none\""), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("freshet settings --adopt"), std::string::npos) << ended.err;
  EXPECT_EQ(load.effects(), 0);
}

}  // namespace
