#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/eventually.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/outage.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Effects;
using tests::FaultProxy;
using tests::Outage;
using tests::TestDatabase;

long entries(const std::string& folder) {
  return std::distance(std::filesystem::directory_iterator{folder},
                       std::filesystem::directory_iterator{});
}

// One relay, two databases. While the network of one is broken in every way, the other's events
// come through round after round, and the relay grows neither threads nor descriptors.
TEST(Tenant, ADatabaseInTroubleDelaysOnlyItself) {
  const TestDatabase well;
  const TestDatabase ill;
  const Effects effects_of_ill{ill};
  FaultProxy network{ill.url()};
  Outage outage{well};
  outage.config.database_extra =
      "\n[[database]]\nname = \"ill\"\nurl = \"" + network.url() + "?connect_timeout=2\"";
  outage.start();
  outage.work();
  ill.run(tests::publishing("Thing", "'k' || n % 10", 200));
  ASSERT_TRUE(effects_of_ill.reach(200)) << outage.log();
  const std::string process = "/proc/" + std::to_string(outage.relay().pid());
  long threads = 0;  // some are made when they are first needed: as many as during the first fault
  long descriptors = 0;
  for (const auto fault :
       {FaultProxy::Mode::black_hole, FaultProxy::Mode::refuse, FaultProxy::Mode::slow}) {
    network.set(fault);
    network.cut();
    ill.run(tests::publishing("Thing", "'k' || n % 10", 50, 1'000));
    for (int round = 0; round < 5; ++round) {
      outage.publish(50);
      ASSERT_TRUE(outage.effects().reach(outage.published(), std::chrono::seconds{10}))
          << outage.log();
    }
    if (threads == 0) {
      threads = entries(process + "/task");
      descriptors = entries(process + "/fd");
    }
    // Now and then one looks up a name, or does the upkeep, and ends.
    EXPECT_TRUE(tests::eventually([&] { return entries(process + "/task") <= threads; }))
        << entries(process + "/task") << " threads, " << threads << " during the first fault";
    EXPECT_LE(entries(process + "/fd"), descriptors + 4);
  }
  EXPECT_LT(std::stod(well.value("SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY extract("
                                 "epoch FROM completion_date - publication_date)) FROM "
                                 "event_publication")),
            5.0)
      << "it waited for the other";
  network.set(FaultProxy::Mode::forward);
  EXPECT_TRUE(effects_of_ill.reach(350)) << outage.log();
  EXPECT_EQ(ill.number("SELECT count(*) FROM event_attempt"), 0);
  outage.expect_mended();
}

// A relay that starts while one of its databases is away serves the other, says which is not
// reached, and serves that one as soon as it is there. Alone, or to drain, it ends in words.
TEST(Tenant, ADatabaseThatIsAwayAtTheStartKeepsNoOtherFromBeingServed) {
  const TestDatabase well;
  const TestDatabase ill;
  const Effects effects_of_ill{ill};
  FaultProxy network{ill.url()};
  network.set(FaultProxy::Mode::refuse);
  Outage outage{well};
  outage.config.database_extra =
      "\n[[database]]\nname = \"ill\"\nurl = \"" + network.url() + "?connect_timeout=2\"";
  const tests::Ended drained = outage.config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 3) << drained.err;
  outage.start();
  outage.work();
  EXPECT_TRUE(outage.says("a database is not served yet")) << outage.log();
  EXPECT_NE(outage.log().find("database=ill"), std::string::npos) << outage.log();
  ill.run(tests::publishing("Thing", "'k' || n % 10", 50));
  network.set(FaultProxy::Mode::forward);
  EXPECT_TRUE(effects_of_ill.reach(50)) << outage.log();
  outage.expect_mended();
}

// One relay, two databases; what one says of how it is worked is not how the other is.
TEST(Tenant, EachDatabaseIsWorkedAsItSaysItself) {
  const TestDatabase one;
  const TestDatabase two;
  const Effects effects_of_one{one};
  const Effects effects_of_two{two};
  tests::RelayConfig config{one.url()};
  config.relay["payload_max_bytes"] = "1000";
  config.add("effects", "Thing", effects_of_one.sql());
  config.add("board", "Thing", "INSERT INTO board SELECT id FROM events");
  two.run("CREATE TABLE board (id uuid)");  // one has none, and needs none
  config.database_extra =
      "\ncompletion = \"delete\"\nprojections = [\"eff*\"]\n[[database]]\nname = \"two\"\nurl = "
      "\"" +
      two.url() +
      "\"\ncompletion = \"archive\"\nordering = \"none\"\n"
      "payload_max_bytes = 5000\n";
  for (const TestDatabase* db : {&one, &two}) {
    db->run(tests::publishing("Thing", "'k' || n % 10", 20));
    db->run(
        "INSERT INTO event_publication (event_type, serialized_event) "
        "VALUES ('Thing', jsonb_build_object('n', 0, 'long', repeat('x', 2000))::text)");
  }
  const tests::Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(one.number("SELECT count(*) FROM event_publication"), 1) << "the large one";
  EXPECT_EQ(one.value("SELECT error_class FROM event_delivery"), "payload");
  EXPECT_EQ(two.number("SELECT count(*) FROM event_publication"), 0);
  EXPECT_EQ(two.number("SELECT count(*) FROM event_publication_archive"), 21);
  const std::string agreed =
      "SELECT string_agg(value, ' ' ORDER BY name) FROM freshet_setting "
      "WHERE name IN ('completion', 'ordering')";
  EXPECT_EQ(two.number("SELECT count(*) FROM board"), 21);
  const std::string listeners = "SELECT string_agg(name, ' ' ORDER BY name) FROM event_listener";
  EXPECT_EQ(one.value(listeners), "effects");
  EXPECT_EQ(two.value(listeners), "board effects");
  EXPECT_EQ(one.value(agreed), "delete key");
  EXPECT_EQ(two.value(agreed), "archive none");
}

}  // namespace
