#include <gtest/gtest.h>

#include "tests/support/effects.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::EngineRun;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

std::vector<std::unique_ptr<Process>> start_relays(const RelayConfig& config, int count) {
  std::vector<std::unique_ptr<Process>> relays;
  for (int i = 0; i < count; ++i) {
    relays.push_back(std::make_unique<Process>(config.command({"run"})));
  }
  return relays;
}

TEST(SharedLane, FourRelaysOnOneKeyKeepItsOrderAndHaveNoSecondEffect) {
  const TestDatabase db;
  const Effects effects{db};
  RelayConfig config{db.url()};
  config.relay["batch_size"] = "7";
  config.add("effects", "Thing", effects.sql());
  const auto relays = start_relays(config, 4);
  ASSERT_TRUE(tests::eventually([&] {
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "application_name LIKE 'freshet scout%'") == 4;
  })) << relays[0]->err();
  for (int i = 0; i < 40; ++i) db.run(tests::publishing("Thing", "'the one'", 50, 50 * i));
  EXPECT_TRUE(effects.reach(2'000));
  for (const auto& relay : relays) EXPECT_EQ(tests::stop_relay(*relay), 0) << relay->err();
  EXPECT_EQ(effects.count(), 2'000);
  EXPECT_EQ(effects.doubled(), 0);
  EXPECT_EQ(effects.overtaken(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT sum(applied_total) FROM projection_freshness"), 2'000);
  EXPECT_GE(db.number("SELECT count(*) FROM projection_freshness WHERE applied_total > 0"), 2)
      << "the relays were to share the work";
}

// Whether a handler fails or dawdles is a matter of chance here, so two workers in one lane would
// not agree on an event's fate: one would call it dead and the other apply it, or what waits behind
// it.
TEST(SharedLane, FourRelaysAgreeOnTheFateOfEveryEventOfALane) {
  const TestDatabase db;
  const Effects effects{db};
  const auto keys = tests::keys_of_lane(db, 11, 300, "k");
  std::string list;
  for (const std::string& key : keys) list += (list.empty() ? "'" : ",'") + key + "'";
  EngineRun run{db};
  run.settings.relay.batch_size = 7;
  run.add_sql("effects", {"Thing"},
              effects.sql("1 / (random() > 0.2 AND (random() > 0.02 OR pg_sleep(0.002) IS NOT "
                          "NULL))::int"));
  {
    std::vector<std::unique_ptr<tests::RunningEngine>> engines;
    for (int i = 0; i < 4; ++i) engines.push_back(run.start());
    for (int i = 0; i < 5; ++i) {
      db.run(tests::publishing("Thing", "(ARRAY[" + list + "])[n]", 300));
    }
    EXPECT_TRUE(tests::eventually([&] {
      return db.number(
                 "SELECT count(*) FROM event_publication WHERE completion_date IS NULL AND NOT "
                 "parked") == 0;
    }));
    for (const auto& engine : engines) engine->request_stop();
    for (const auto& engine : engines) {
      ASSERT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
    }
  }
  EXPECT_GT(db.number("SELECT count(*) FROM event_delivery WHERE state = 'dead'"), 20);
  EXPECT_EQ(effects.count() + db.number("SELECT count(*) FROM event_delivery"), 1'500);
  EXPECT_EQ(effects.doubled(), 0);
  EXPECT_EQ(effects.overtaken(), 0);
  EXPECT_EQ(
      db.number("SELECT count(*) FROM effects e JOIN event_delivery d ON d.key = chr(31) || e.key "
                "AND d.seq <= e.seq"),
      0)
      << "an event was applied that is dead, or that was to wait behind a dead one";
}

TEST(SharedLane, AnotherKeyOfTheLaneIsNotHeldUpByAHeldLanesBacklog) {
  const TestDatabase db;
  const Effects effects{db};
  const auto keys = tests::keys_of_lane(db, 5, 2, "k");
  EngineRun run{db};
  run.settings.relay.batch_size = 10;
  run.add_sql("effects", {"Thing"}, effects.sql("1 / (payload->>'n')::int"));
  // The first event of the first key is poison: 999 events wait, and none of the other key's.
  db.run(tests::publishing("Thing", "'" + keys.at(0) + "'", 1'000, 0));
  db.run(tests::publishing("Thing", "'" + keys.at(1) + "'", 20));
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(effects.count("key = '" + keys[1] + "'"), 20);
  EXPECT_EQ(effects.count(), 20);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE state = 'waiting'"), 999);
}

constexpr const char* sum_up =
    "INSERT INTO sums AS s (grp, total) SELECT payload->>'g', sum((payload->>'n')::int) FROM "
    "events "
    "GROUP BY 1 ORDER BY 1 ON CONFLICT (grp) DO UPDATE SET total = s.total + excluded.total";
// As it should not be written: rows are locked in another order each time.
constexpr const char* sum_up_in_disorder =
    "INSERT INTO sums AS s (grp, total) SELECT payload->>'g', sum((payload->>'n')::int) FROM "
    "events "
    "GROUP BY 1 ORDER BY random() ON CONFLICT (grp) DO UPDATE SET total = s.total + excluded.total";

/// 6,000 events of 120 keys in 40 groups, summed up by four workers.
void expect_right_sums(const char* sql) {
  const TestDatabase db;
  db.run("CREATE TABLE sums (grp text PRIMARY KEY, total bigint NOT NULL)");
  db.run(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''20ms''', "
      "current_database()); END $$");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) SELECT "
      "'Counted', "
      "jsonb_build_object('n', n, 'g', 'g' || n * 7 % 40)::text, 'k' || n % 120 "
      "FROM generate_series(1, 6000) n");
  EngineRun run{db};
  run.settings.relay.workers = 4;
  run.settings.relay.batch_size = 60;
  run.add_sql("sums", {"Counted"}, sql);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(
      db.number("SELECT count(*) FROM (SELECT 'g' || n * 7 % 40 AS grp, sum(n) AS total FROM "
                "generate_series(1, 6000) n GROUP BY 1) right_sums JOIN sums USING (grp, total)"),
      40);
}

TEST(SharedRows, FourWorkersThatUpsertTheSameRowsAddUpRight) {
  expect_right_sums(sum_up);
}

TEST(SharedRows, FourWorkersThatDeadlockAddUpRightAndNothingIsDead) {
  expect_right_sums(sum_up_in_disorder);
}

}  // namespace
