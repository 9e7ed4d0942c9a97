#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/e2e/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::Ended;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

/// Publishes five events at a time for twenty keys until its end.
class Writer {
 public:
  explicit Writer(const TestDatabase& db)
      : thread_([this, url = db.url()](const std::stop_token& stop) {
          pqxx::connection connection{url};
          while (!stop.stop_requested()) {
            pqxx::work tx{connection};
            const int first = published_ + 1;
            tx.exec(tests::publishing("Thing", "'k' || n % 20", 5, first));
            tx.commit();
            published_ += 5;
            std::this_thread::sleep_for(4ms);  // its pace
          }
        }) {}
  int end() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return published_;
  }

 private:
  std::atomic<int> published_{0};
  std::jthread thread_;
};

bool says(const Process& relay, const std::string& words) {
  return tests::eventually([&] { return relay.err().find(words) != std::string::npos; }, 15s);
}

RelayConfig& named(RelayConfig& config, const std::string& instance) {
  config.relay["instance"] = "\"" + instance + "\"";
  return config;
}

std::string now(const TestDatabase& db) {
  return db.value("SELECT clock_timestamp()::text");
}

constexpr const char* b_is_not_run_here =
    "listener \"b\" is active, but this relay does not run it and would complete events without "
    "it: "
    "add it to the settings, or, if it is gone for good, run \"freshet listeners retire b\"";

TEST(RollingDeploy, LosesNoEventAndStopsARelayThatDoesNotRunEverybody) {
  const TestDatabase db;
  const Effects a{db, "a"};
  const Effects b{db, "b"};
  RelayConfig only_a{db.url()};
  only_a.add("a", "Thing", a.sql());
  RelayConfig both{db.url()};
  both.add("a", "Thing", a.sql());
  both.add("b", "Thing", b.sql());
  Writer writer{db};

  // The second version comes up beside the first: the first stops claiming and says why.
  Process v1{named(only_a, "v1").command({"run"})};
  ASSERT_TRUE(a.reach(200)) << v1.err();
  Process v2{named(both, "v2").command({"run"})};
  ASSERT_TRUE(says(v1, b_is_not_run_here)) << v1.err() << v2.err();
  EXPECT_TRUE(tests::eventually(
      [&] { return only_a.run({"status"}).out.find(b_is_not_run_here) != std::string::npos; }, 10s))
      << only_a.run({"status"}).out;
  const long had = a.count();
  EXPECT_TRUE(a.reach(had + 100)) << "the second version carries on\n" << v2.err();
  EXPECT_TRUE(b.reach(100)) << v2.err();
  EXPECT_TRUE(v1.running());
  EXPECT_EQ(tests::stop_relay(v1), 0) << v1.err();
  const std::string registered_at =
      db.value("SELECT since::text FROM event_listener WHERE name = 'b'");
  EXPECT_EQ(
      db.number("SELECT applied_total FROM projection_freshness WHERE listener = 'a' AND instance "
                "= 'v1'"),
      db.number("SELECT count(*) FROM event_publication WHERE completion_date < '" + registered_at +
                "'"))
      << "the first version applied something after b was registered, or lost something before";

  // The third version is without b again: it waits until somebody says that b is gone.
  Process v3{named(only_a, "v3").command({"run"})};
  ASSERT_TRUE(says(v3, b_is_not_run_here)) << v3.err();
  EXPECT_EQ(tests::stop_relay(v2), 0) << v2.err();
  const std::string v2_stopped_at = now(db);
  const Ended retired = only_a.run({"listeners", "retire", "b", "--yes"});
  EXPECT_EQ(retired.code, 0) << retired.err;
  ASSERT_TRUE(says(v3, "going on")) << v3.err();
  const long then = a.count();
  EXPECT_TRUE(a.reach(then + 100)) << v3.err();
  const int published = writer.end();
  EXPECT_TRUE(a.reach(published)) << v3.err();
  EXPECT_EQ(tests::stop_relay(v3), 0) << v3.err();

  EXPECT_EQ(a.count(), published);
  EXPECT_EQ(a.doubled() + b.doubled(), 0);
  EXPECT_EQ(a.overtaken() + b.overtaken(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
  const std::string for_b = "SELECT id FROM event_publication WHERE completion_date > '" +
                            registered_at + "' AND completion_date < '" + v2_stopped_at + "'";
  EXPECT_EQ(db.number("SELECT count(*) FROM (" + for_b + " EXCEPT SELECT event_id FROM b) missed"),
            0);
  EXPECT_EQ(db.number("SELECT count(*) FROM (SELECT event_id FROM b EXCEPT " + for_b + ") extra"),
            0);
}

TEST(RollingDeploy, ANewProjectionSeesEveryEventThatIsNotComplete) {
  const TestDatabase db;
  const Effects a{db, "a"};
  const Effects b{db, "b"};
  RelayConfig config{db.url()};
  config.add("a", "Thing", a.sql());
  db.run(tests::publishing("Thing", "'k' || n % 7", 70));
  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  db.run(tests::publishing("Thing", "'k' || n % 7", 70, 71));
  config.add("b", "Thing", b.sql());
  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(a.count(), 140);
  EXPECT_EQ(b.count(), 70);
  EXPECT_EQ(b.count("n > 70"), 70);
}

TEST(RollingDeploy, OtherPatternsStopARelayWithWhatToDo) {
  const TestDatabase db;
  const Effects a{db, "a"};
  RelayConfig old{db.url()};
  old.add("a", "Thing", a.sql());
  ASSERT_EQ(old.run({"run", "--drain"}).code, 0);
  RelayConfig other{db.url()};
  other.add("a", "Th*", a.sql());
  db.run(tests::publishing("Thing", "'k'", 10));
  const Ended refused = other.run({"run", "--drain"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("projection \"a\" is registered for [Thing], but these settings say "
                             "[Th*]: stop the relays that run the old ones, then run \"freshet "
                             "listeners retire a\"; the new ones are registered then"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(a.count(), 0);
  // A relay without --drain stays, and goes on by itself once that has been done.
  Process relay{other.command({"run"})};
  ASSERT_TRUE(says(relay, "listeners retire a")) << relay.err();
  EXPECT_EQ(other.run({"listeners", "retire", "a", "--yes"}).code, 0);
  EXPECT_TRUE(a.reach(10)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(db.value("SELECT patterns::text FROM event_listener"), "{Th*}");
}

TEST(RollingDeploy, AnotherCompletionModeStopsARelayWithWhatToDo) {
  const TestDatabase db;
  const Effects a{db, "a"};
  RelayConfig config{db.url()};
  config.add("a", "Thing", a.sql());
  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  db.run(tests::publishing("Thing", "'k'", 10));
  config.relay["completion"] = "\"delete\"";
  const Ended refused = config.run({"run", "--drain"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(
      refused.err.find("this database works with completion = \"update\", but these settings say "
                       "\"delete\": change the settings, or stop every relay and run \"freshet "
                       "settings --adopt\""),
      std::string::npos)
      << refused.err;
  EXPECT_EQ(a.count(), 0);
  EXPECT_EQ(config.run({"settings", "--adopt"}).code, 0);
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(a.count(), 10);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication"), 0);
}

TEST(RollingDeploy, AListenerRetiredUnderARunningRelayStopsItsClaiming) {
  const TestDatabase db;
  const Effects a{db, "a"};
  RelayConfig config{db.url()};
  config.add("a", "Thing", a.sql());
  Process relay{config.command({"run"})};
  db.run(tests::publishing("Thing", "'k'", 10));
  ASSERT_TRUE(a.reach(10)) << relay.err();
  ASSERT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM projection_freshness") == 1;  // within a second
  }));
  const Ended retired = config.run({"listeners", "retire", "a", "--yes"});
  EXPECT_EQ(retired.code, 0) << retired.err;
  EXPECT_NE(retired.out.find("was running it"), std::string::npos) << retired.out;
  // No claim after the retirement counts: this one is not taken, however soon it comes.
  db.run(tests::publishing("Thing", "'k'", 10, 11));
  ASSERT_TRUE(says(relay,
                   "projection \"a\" has been retired while this relay runs it: stop this "
                   "relay, or start it again to register the projection anew"))
      << relay.err();
  EXPECT_TRUE(relay.running());
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(a.count(), 10);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 10);
  EXPECT_EQ(db.value("SELECT state FROM event_listener"), "retired");

  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(a.count(), 20);
  EXPECT_EQ(a.doubled(), 0);
  EXPECT_EQ(db.value("SELECT state FROM event_listener"), "active");
}

}  // namespace
