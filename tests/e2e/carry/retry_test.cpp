#include <gtest/gtest.h>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::Ended;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

/// A projection that fails at events named in the table `bad`.
class Failing : public ::testing::Test {
 protected:
  Failing() { db_.run("CREATE TABLE bad (n int PRIMARY KEY)"); }

  static std::string failing_at_bad(const Effects& effects) {
    return effects.sql(
        "(payload->>'n')::int / (SELECT CASE WHEN EXISTS (SELECT FROM bad b WHERE "
        "b.n = (payload->>'n')::int) THEN 0 ELSE 1 END)");
  }
  [[nodiscard]] std::string deliveries() const {
    return db_.value(
        "SELECT coalesce(string_agg(state || ' ' || number, ', ' ORDER BY state), '-') FROM "
        "(SELECT state, count(*) AS number FROM event_delivery GROUP BY state) d");
  }
  [[nodiscard]] bool becomes(const std::string& wanted) const {
    return tests::eventually([&] { return deliveries() == wanted; });
  }

  TestDatabase db_;
  Effects effects_{db_};
  RelayConfig config_{db_.url()};
};

TEST_F(Failing, IsTriedAgainWhenDueAndWhatWaitedBehindItFollowsInOrder) {
  config_.retry_s = "[1, 1, 1, 1]";
  config_.add("board", "Thing", failing_at_bad(effects_));
  db_.run("INSERT INTO bad VALUES (5)");
  Process relay{config_.command({"run"})};
  db_.run(tests::publishing("Thing", "'k' || n % 4", 40));
  ASSERT_TRUE(becomes("retrying 1, waiting 8")) << deliveries() << relay.err();
  EXPECT_TRUE(effects_.reach(31)) << "the other keys flow";
  ASSERT_TRUE(tests::eventually(
      [&] { return db_.number("SELECT max(attempts) FROM event_delivery") >= 2; }));
  db_.run("DELETE FROM bad");
  EXPECT_TRUE(effects_.reach(40)) << relay.err();
  EXPECT_TRUE(becomes("-")) << deliveries();
  EXPECT_EQ(tests::stop_relay(relay), 0);
  EXPECT_EQ(effects_.overtaken() + effects_.doubled(), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_attempt WHERE attempt = 1"), 1);
  EXPECT_GT(db_.number("SELECT extract(epoch FROM min(b.at - a.at)) * 1000 FROM event_attempt a "
                       "JOIN event_attempt b ON b.attempt = a.attempt + 1"),
            899);
}

TEST_F(Failing, IsDeadAfterItsLastTryAndItsKeyWaits) {
  config_.retry_s = "[1]";
  config_.add("board", "Thing", failing_at_bad(effects_));
  db_.run("INSERT INTO bad VALUES (3)");
  db_.run(tests::publishing("Thing", "'k'", 10));
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(deliveries(), "dead 1, waiting 7");
  EXPECT_EQ(effects_.count(), 2);
  EXPECT_EQ(db_.value("SELECT attempts || ' ' || error_class || ' ' || last_error FROM "
                      "event_delivery WHERE state = 'dead'"),
            "2 event division by zero (22012)");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_attempt"), 2);
  db_.run(tests::publishing("Thing", "'k'", 1, 11));
  EXPECT_EQ(config_.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(deliveries(), "dead 1, waiting 8") << "also what comes later";
}

TEST_F(Failing, IsPassedOverOnceItIsDeadWhereDeadLettersAreSkipped) {
  config_.retry_s = "[1]";
  config_.add("board", "Thing", failing_at_bad(effects_), "on_dead = \"skip\"");
  db_.run("INSERT INTO bad VALUES (3), (6)");
  db_.run(tests::publishing("Thing", "'k'", 10));
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(deliveries(), "dead 2");
  EXPECT_EQ(effects_.count(), 8);
  EXPECT_EQ(effects_.overtaken(), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE parked"), 2);
}

TEST_F(Failing, HoldsItsKeyForThatProjectionOnly) {
  const Effects other{db_, "other"};
  config_.add("board", "Thing", failing_at_bad(effects_));
  config_.add("other", "Thing", other.sql());
  db_.run("INSERT INTO bad VALUES (1)");
  db_.run(tests::publishing("Thing", "'k'", 10));
  EXPECT_EQ(config_.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(effects_.count(), 0);
  EXPECT_EQ(other.count(), 10);
}

TEST_F(Failing, WaitsInTheQueueOfADetachedProjection) {
  config_.retry_s = "[1]";
  config_.add("board", "Thing", failing_at_bad(effects_), "detached = true");
  db_.run("INSERT INTO bad VALUES (3)");
  db_.run(tests::publishing("Thing", "'k' || n % 2", 1'000));
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(deliveries(), "dead 1, waiting 498");
  EXPECT_EQ(effects_.count(), 501);
  EXPECT_EQ(effects_.overtaken(), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"),
            499);
}

TEST(Paused, AProjectionWhoseTableIsGonePausesItselfAndGoesOnWhenItIsBack) {
  const TestDatabase db;
  const Effects effects{db};
  const Effects other{db, "other"};
  RelayConfig config{db.url()};
  config.add("board", "Thing", effects.sql());
  config.add("other", "Thing", other.sql());
  Process relay{config.command({"run"})};
  db.run(tests::publishing("Thing", "'k' || n % 3", 30));
  ASSERT_TRUE(effects.reach(30)) << relay.err();
  db.run("ALTER TABLE effects RENAME TO away");
  db.run(tests::publishing("Thing", "'k' || n % 3", 30, 31));
  ASSERT_TRUE(tests::eventually([&] {
    return db
        .value(
            "SELECT state || ' ' || paused_by || ' ' || reason FROM event_listener "
            "WHERE name = 'board'")
        .starts_with("paused relay it cannot work: relation \"effects\" does not exist");
  })) << relay.err();
  EXPECT_TRUE(other.reach(60)) << "the others go on\n" << relay.err();
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0) << "nobody's event was at fault";
  db.run("ALTER TABLE away RENAME TO effects");
  EXPECT_TRUE(effects.reach(60)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0);
  EXPECT_EQ(effects.overtaken() + effects.doubled() + other.overtaken() + other.doubled(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
}

TEST(TwoServices, WithDifferentProjectionsShareOneOutbox) {
  const TestDatabase db;
  const Effects a{db, "a"};
  const Effects b{db, "b"};
  RelayConfig with_a{db.url()};
  with_a.add("a", "Thing", a.sql());
  RelayConfig with_b{db.url()};
  with_b.add("b", "Thing", b.sql());
  Process first{with_a.command({"run"})};
  Process second{with_b.command({"run"})};
  ASSERT_TRUE(
      tests::eventually([&] { return db.number("SELECT count(*) FROM event_listener") == 2; }));
  for (int round = 0; round < 20; ++round) {
    db.run(tests::publishing("Thing", "'k' || n % 10", 100, 1 + 100 * round));
  }
  EXPECT_TRUE(a.reach(2'000)) << first.err();
  EXPECT_TRUE(b.reach(2'000)) << second.err();
  EXPECT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") == 0;
  }));
  EXPECT_EQ(tests::stop_relay(first), 0);
  EXPECT_EQ(tests::stop_relay(second), 0);
  EXPECT_EQ(a.overtaken() + b.overtaken() + a.doubled() + b.doubled(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
}

}  // namespace
