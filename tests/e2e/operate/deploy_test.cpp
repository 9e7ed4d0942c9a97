#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/effects.hpp"
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

TEST(RollingDeploy, AddsChangesAndRemovesProjectionsBackAndForthAndLosesAndStopsNothing) {
  const TestDatabase db;
  const Effects a{db, "a"};
  const Effects b{db, "b"};
  const Effects c{db, "c"};
  RelayConfig old{db.url()};
  old.add("a", "Thing", a.sql());
  old.add("b", "Thing", b.sql());
  RelayConfig fresh{db.url()};  // b is declared otherwise, c is new
  fresh.add("a", "Thing", a.sql());
  fresh.add("b", "Th*", b.sql(), "detached = true");
  fresh.add("c", "Thing", c.sql());
  Writer writer{db};

  auto v1 = std::make_unique<Process>(named(old, "v1").command({"run"}));
  ASSERT_TRUE(b.reach(200)) << v1->err();
  for (int round = 0; round < 3; ++round) {
    Process v2{named(fresh, "v2").command({"run"})};
    const long had = c.count();
    ASSERT_TRUE(c.reach(had + 100)) << v2.err();
    long a_had = a.count(), b_had = b.count();
    EXPECT_TRUE(a.reach(a_had + 100)) << "side by side\n" << v1->err() << v2.err();
    EXPECT_TRUE(b.reach(b_had + 100)) << v1->err() << v2.err();
    EXPECT_EQ(tests::stop_relay(*v1), 0) << v1->err();
    a_had = a.count(), b_had = b.count();
    EXPECT_TRUE(a.reach(a_had + 100)) << "the new one alone\n" << v2.err();
    EXPECT_TRUE(b.reach(b_had + 100)) << v2.err();

    v1 = std::make_unique<Process>(named(old, "v1").command({"run"}));  // rolled back
    a_had = a.count(), b_had = b.count();
    EXPECT_TRUE(a.reach(a_had + 100)) << v1->err() << v2.err();
    EXPECT_TRUE(b.reach(b_had + 100)) << v1->err() << v2.err();
    EXPECT_EQ(tests::stop_relay(v2), 0) << v2.err();
  }
  const int published = writer.end();
  EXPECT_TRUE(a.reach(published)) << v1->err();
  EXPECT_TRUE(b.reach(published)) << v1->err();
  EXPECT_EQ(tests::stop_relay(*v1), 0) << v1->err();
  EXPECT_GT(db.number("SELECT count(*) FROM event_delivery WHERE listener = 'c'"), 0)
      << "c is owed what nobody ran it for";
  // The last roll-out: what c missed meanwhile reaches it now, and so does b's everything.
  EXPECT_EQ(fresh.run({"run", "--drain"}).code, 0);
  for (const Effects* all : {&a, &b}) EXPECT_EQ(all->count(), published);
  for (const Effects* all : {&a, &b, &c}) EXPECT_EQ(all->overtaken() + all->doubled(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE publication_date > (SELECT "
                      "min(publication_date) FROM event_publication JOIN c ON event_id = id) + "
                      "interval '1 s' AND id NOT IN (SELECT event_id FROM c)"),
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
  const Ended checked = config.run({"check"});
  EXPECT_EQ(checked.code, 3);
  EXPECT_NE(checked.out.find("main: fault: this database works with completion = \"update\""),
            std::string::npos)
      << checked.out;
  EXPECT_EQ(config.run({"settings", "--adopt"}).code, 0);
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(a.count(), 10);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication"), 0);
}

TEST(RollingDeploy, AListenerRetiredUnderARunningRelayIsOwedNothingMore) {
  const TestDatabase db;
  const Effects a{db, "a"};
  const Effects b{db, "b"};
  RelayConfig config{db.url()};
  config.add("a", "Thing", a.sql());
  config.add("b", "Thing", b.sql());
  Process relay{config.command({"run"})};
  db.run(tests::publishing("Thing", "'k'", 10));
  ASSERT_TRUE(a.reach(10)) << relay.err();
  ASSERT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM projection_freshness") == 2;  // within a second
  }));
  const Ended retired = config.run({"listeners", "retire", "a", "--yes"});
  EXPECT_EQ(retired.code, 0) << retired.err;
  EXPECT_NE(retired.out.find("was running it"), std::string::npos) << retired.out;
  // No claim after the retirement counts: this one is not taken, however soon it comes.
  db.run(tests::publishing("Thing", "'k'", 10, 11));
  EXPECT_TRUE(b.reach(20)) << "the others go on\n" << relay.err();
  ASSERT_TRUE(says(relay, "this listener is not run now")) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(a.count(), 10);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.value("SELECT state FROM event_listener WHERE name = 'a'"), "retired");

  db.run(tests::publishing("Thing", "'k'", 10, 21));
  ASSERT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(a.count(), 20) << "registered anew by the start";
  EXPECT_EQ(a.doubled(), 0);
}

}  // namespace
