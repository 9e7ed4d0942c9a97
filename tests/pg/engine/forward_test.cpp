#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

namespace {

using namespace std::chrono_literals;
using tests::EngineRun;
using tests::eventually;
using tests::TestDatabase;

void publish_numbers(const TestDatabase& db, int events, int keys,
                     const std::string& type = "thing") {
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "SELECT 'Thing', n::text, '" +
      type + "', 'k' || n % " + std::to_string(keys) + " FROM generate_series(1, " +
      std::to_string(events) + ") n");
}

/// Whether the numbers that a key's records hold rise, for every key.
bool in_order(const tests::FakeSink& sink, const std::string& topic) {
  std::map<std::string, int> last;
  for (const auto& kept : sink.kept(topic)) {
    const int number = std::stoi(*kept.value);
    if (number <= last[kept.key]) return false;
    last[kept.key] = number;
  }
  return true;
}

std::string states(const TestDatabase& db) {
  return db.value(
      "SELECT coalesce(string_agg(state || number, ' ' ORDER BY state), 'none') FROM "
      "(SELECT state, count(*) AS number FROM event_delivery GROUP BY state) d");
}

TEST(ForwardAlone, TakesTheEventsThemselvesAndParksNothing) {
  const TestDatabase db;
  publish_numbers(db, 3'000, 37);
  EngineRun run{db};
  run.settings.relay.workers = 4;
  run.add_forward("out", {"Thing"});
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(run.sink->kept("t.thing").size(), 3'000U);
  EXPECT_TRUE(in_order(*run.sink, "t.thing"));
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT last_value FROM event_delivery_place_seq"), 1)
      << "a delivery was made";
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 0);
  EXPECT_EQ(db.value("SELECT detached FROM event_listener"), "f");
  EXPECT_EQ(db.number("SELECT applied_total FROM projection_freshness"), 3'000);
}

TEST(ForwardBesideAProjection, IsDetachedAndTakesItsDeliveriesInOrder) {
  const TestDatabase db;
  db.run("CREATE TABLE effects (key text, seq bigint)");
  publish_numbers(db, 3'000, 37);
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  run.add_sql("effects", {"Thing"}, "INSERT INTO effects SELECT aggregate_id, seq FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(run.sink->kept("t.thing").size(), 3'000U);
  EXPECT_TRUE(in_order(*run.sink, "t.thing"));
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 3'000);
  EXPECT_EQ(db.value("SELECT detached FROM event_listener WHERE name = 'out'"), "t");
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(states(db), "none");
}

TEST(ForwardAlone, ClaimsNothingAndHoldsNothingWhileItsSinkIsDown) {
  const TestDatabase db;
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  run.sink->change([](auto& sink) { sink.down = "the broker is down"; });
  const auto engine = run.start();
  ASSERT_TRUE(eventually([&] {
    return db.value("SELECT trouble FROM projection_freshness") == "the broker is down";
  }));
  publish_numbers(db, 100, 7);
  // Held means: a session of ours in a transaction, at any of many looks.
  for (int look = 0; look < 50; ++look) {
    EXPECT_EQ(db.number("SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                        "WHERE c.relname = 'event_lane' AND l.mode = 'RowShareLock' AND l.pid <> "
                        "pg_backend_pid()"),
              0);
  }
  EXPECT_EQ(states(db), "none");
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 100);
  run.sink->change([](auto& sink) { sink.down = ""; });
  ASSERT_TRUE(eventually([&] {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") == 0;
  }));
  EXPECT_TRUE(in_order(*run.sink, "t.thing"));
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
  ASSERT_TRUE(eventually(
      [&] { return db.value("SELECT coalesce(trouble, '') FROM projection_freshness").empty(); }));
}

TEST(ForwardBesideAProjection, KeepsNarrowReadyDeliveriesWhileItsSinkIsDownAndTheProjectionGoesOn) {
  const TestDatabase db;
  db.run("CREATE TABLE effects (key text, seq bigint)");
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  run.add_sql("effects", {"Thing"}, "INSERT INTO effects SELECT aggregate_id, seq FROM events");
  run.sink->change([](auto& sink) { sink.down = "the broker is down"; });
  const auto engine = run.start();
  ASSERT_TRUE(eventually([&] { return db.number("SELECT count(*) FROM event_listener") == 2; }));
  publish_numbers(db, 1'000, 37);
  ASSERT_TRUE(eventually([&] { return db.number("SELECT count(*) FROM effects") == 1'000; }));
  ASSERT_TRUE(eventually([&] { return states(db) == "ready1000"; }));
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
  EXPECT_THAT(db.value("SELECT coalesce(trouble, '') FROM projection_freshness WHERE listener = "
                       "'effects'"),
              "");
  run.sink->change([](auto& sink) { sink.down = ""; });
  ASSERT_TRUE(eventually([&] { return states(db) == "none"; }));
  EXPECT_EQ(run.sink->kept("t.thing").size(), 1'000U);
  EXPECT_TRUE(in_order(*run.sink, "t.thing"));
}

TEST(ForwardAlone, DeadLettersWhatIsRefusedAtOnceAndDeliversItsNeighbours) {
  const TestDatabase db;
  publish_numbers(db, 20, 20);
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  run.sink->refused = {"7"};
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(run.sink->kept("t.thing").size(), 19U);
  EXPECT_EQ(states(db), "dead1");
  EXPECT_EQ(db.value("SELECT error_class FROM event_delivery"), "refused");
}

TEST(ForwardAlone, WaitsForAShutTopicWithoutCountingAndItsOtherTopicsGoOn) {
  const TestDatabase db;
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  run.sink->shut = {"t.shut"};
  publish_numbers(db, 10, 2, "shut");
  publish_numbers(db, 10, 2, "thing");
  const auto engine = run.start();
  ASSERT_TRUE(eventually([&] { return states(db) == "retrying2 waiting8"; })) << states(db);
  EXPECT_EQ(run.sink->kept("t.thing").size(), 10U);
  EXPECT_EQ(db.number("SELECT sum(attempts) FROM event_delivery"), 0);
  run.sink->change([](auto& sink) { sink.shut.clear(); });
  ASSERT_TRUE(eventually([&] { return states(db) == "none"; })) << states(db);
  EXPECT_EQ(run.sink->kept("t.shut").size(), 10U);
  EXPECT_TRUE(in_order(*run.sink, "t.shut"));
}

TEST(ForwardAlone, BecomesDetachedWhenAProjectionComesAndBackWhenItIsRetired) {
  const TestDatabase db;
  db.run("CREATE TABLE effects (key text, seq bigint)");
  EngineRun run{db};
  run.add_forward("out", {"Thing"});
  const auto engine = run.start();
  publish_numbers(db, 500, 7);
  const auto all_done = [&] {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") == 0;
  };
  ASSERT_TRUE(eventually(all_done));
  EXPECT_EQ(db.value("SELECT detached FROM event_listener WHERE name = 'out'"), "f");
  {
    EngineRun other{db};
    other.settings.relay.instance = "other";
    other.add_sql("effects", {"Thing"}, "INSERT INTO effects SELECT aggregate_id, seq FROM events");
    const auto second = other.start();
    ASSERT_TRUE(eventually(
        [&] { return db.value("SELECT detached FROM event_listener WHERE name = 'out'") == "t"; }));
    publish_numbers(db, 500, 7);
    ASSERT_TRUE(eventually(all_done));
    EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 500);
  }
  EXPECT_EQ(run.sink->kept("t.thing").size(), 1'000U);
}

}  // namespace
