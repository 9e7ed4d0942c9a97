#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "tests/support/effects.hpp"
#include "tests/support/engine_run.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::EngineRun;
using tests::TestDatabase;
using Clock = std::chrono::steady_clock;

/// A length of time that is longer when asked for.
std::chrono::seconds or_long(std::chrono::seconds usual, std::chrono::seconds long_one) {
  return std::getenv("FRESHET_LONG") == nullptr ? usual : long_one;
}

bool stopped(tests::RunningEngine& engine) {
  engine.request_stop();
  return engine.wait(Clock::now() + 10s);
}

/// Takes each key's row, as an application does that serialises per key, and publishes n for it.
void take_and_publish(pqxx::work& writer, const std::vector<std::string>& keys, int n) {
  for (const std::string& key : keys) {
    writer.exec("UPDATE agg SET n = n + 1 WHERE k = '" + key + "'");
    writer.exec(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) VALUES "
        "('Thing', '{\"n\": " +
        std::to_string(n) + "}', '" + key + "')");
  }
}

/// Publishes for another key of each lane again and again, each time waiting for the effects: every
/// round is a claim of every lane. @return whether all rounds came through.
bool claims_happen(const TestDatabase& db, const Effects& effects, int rounds) {
  for (int round = 1; round <= rounds; ++round) {
    const std::string key = "'other' || n";
    db.run(tests::publishing("Thing", key, 200));
    if (!effects.reach(200L * round, 10s, "key LIKE 'other%'")) return false;
  }
  return true;
}

// While the first writer is open, lower numbers than those already delivered are still to come; the
// next writer's higher numbers commit right behind it. Forty keys: a floor that went too far in
// some lanes cannot hide.
TEST(Order, ALateCommitIsNotOvertakenByTheNextEventOfItsKey) {
  const TestDatabase db;
  const Effects effects{db};
  std::vector<std::string> keys;
  for (int i = 10; i < 50; ++i) keys.push_back("late" + std::to_string(i));
  db.run("CREATE TABLE agg (k text PRIMARY KEY, n int NOT NULL)");
  for (const std::string& key : keys) db.run("INSERT INTO agg VALUES ('" + key + "', 0)");
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, effects.sql());
  const auto engine = run.start();

  pqxx::connection first_connection{db.url()};
  pqxx::work first{first_connection};
  take_and_publish(first, keys, 1);
  auto second = std::async(std::launch::async, [&] {
    pqxx::connection connection{db.url()};
    pqxx::work writer{connection};
    take_and_publish(writer, keys, 2);
    writer.commit();
  });
  ASSERT_TRUE(claims_happen(db, effects, 15));
  EXPECT_EQ(effects.count("key LIKE 'late%'"), 0) << "the second writer was to wait for the first";
  first.commit();
  second.get();

  ASSERT_TRUE(effects.reach(80, 20s, "key LIKE 'late%'"));
  ASSERT_TRUE(stopped(*engine));
  EXPECT_EQ(effects.overtaken(), 0);
  EXPECT_EQ(effects.doubled(), 0);
  EXPECT_EQ(
      db.number("SELECT count(*) FROM (SELECT key FROM effects WHERE key LIKE 'late%' GROUP BY "
                "key HAVING string_agg(n::text, ' ' ORDER BY pos) = '1 2') k"),
      40);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
}

TEST(Order, ATransactionThatInsertsEarlyAndCommitsLateIsDeliveredByARunningRelay) {
  const TestDatabase db;
  const Effects effects{db};
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, effects.sql());
  const auto engine = run.start();
  pqxx::connection connection{db.url()};
  pqxx::work late{connection};
  late.exec(tests::publishing("Thing", "'late' || n", 64));
  const auto until = Clock::now() + or_long(3s, 10s);
  int rounds = 0;
  for (; Clock::now() < until; ++rounds) {
    db.run(tests::publishing("Thing", "'other' || n", 64));
    ASSERT_TRUE(effects.reach(64L * (rounds + 1), 10s, "key LIKE 'other%'"));
  }
  EXPECT_GT(rounds, 10);
  late.commit();
  // Long before a sweep has been in every lane: sixteen seconds.
  EXPECT_TRUE(effects.reach(64, 5s, "key LIKE 'late%'"));
  ASSERT_TRUE(stopped(*engine));
  EXPECT_EQ(effects.doubled(), 0);
}

TEST(Order, TenThousandRolledBackInsertsLeaveNoGapThatStalls) {
  const TestDatabase db;
  const Effects effects{db};
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, effects.sql());
  const auto engine = run.start();
  for (int round = 1; round <= 4; ++round) {
    {
      pqxx::connection connection{db.url()};
      pqxx::work regretted{connection};
      regretted.exec(tests::publishing("Thing", "'k' || n % 500", 2'500));
    }
    db.run(tests::publishing("Thing", "'k' || n", 500));
    ASSERT_TRUE(effects.reach(500L * round, 5s)) << "after " << round * 2'500 << " rolled back";
  }
  EXPECT_GT(db.number("SELECT max(seq) FROM effects"), 11'500);
  ASSERT_TRUE(stopped(*engine));
  EXPECT_EQ(effects.count(), 2'000);
  EXPECT_EQ(effects.overtaken(), 0);
}

// The floors have passed these rows; only a sweep can find them.
TEST(Order, ARowPutBackToPendingByHandBelowTheFloorIsDeliveredBySweeping) {
  const TestDatabase db;
  const Effects effects{db};
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, effects.sql());
  const auto engine = run.start();
  db.run(tests::publishing("Thing", "'k' || n", 500));
  ASSERT_TRUE(effects.reach(500));
  ASSERT_TRUE(claims_happen(db, effects, 5));
  db.run(
      "DELETE FROM processed_events WHERE split_part(idempotency_key, ':', 2) IN "
      "(SELECT event_id::text FROM effects WHERE key LIKE 'k%')");
  db.run("UPDATE event_publication SET completion_date = NULL WHERE aggregate_id LIKE 'k%'");
  // A sweep takes eight of the 64 lanes every two seconds.
  const long wanted = std::getenv("FRESHET_LONG") == nullptr ? 550 : 1'000;
  EXPECT_TRUE(effects.reach(wanted, 40s, "key LIKE 'k%'"));
  ASSERT_TRUE(stopped(*engine));
  EXPECT_EQ(
      db.number("SELECT count(*) FROM (SELECT FROM effects WHERE key LIKE 'k%' GROUP BY event_id "
                "HAVING count(*) > 2) e"),
      0);
}

TEST(Order, WhatWasDeliveredAndIsPutBackByHandHasNoSecondEffect) {
  const TestDatabase db;
  const Effects effects{db};
  db.run(tests::publishing("Thing", "'k' || n % 9", 300));
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, effects.sql());
  ASSERT_TRUE(run.drain());
  db.run("UPDATE event_publication SET completion_date = NULL");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(effects.count(), 300);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
}

}  // namespace
