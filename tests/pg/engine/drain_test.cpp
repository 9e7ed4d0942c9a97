#include <gtest/gtest.h>

#include "relay/operate/listeners/pause_listener.hpp"
#include "tests/pg/engine/effects_table.hpp"
#include "tests/support/engine_run.hpp"

namespace {

using tests::create_effects;
using tests::EngineRun;
using tests::record_effects;
using tests::TestDatabase;

void publish(const TestDatabase& db, int events, int keys) {
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "SELECT 'Thing', jsonb_build_object('n', n)::text, 'thing', 'k' || n % " +
      std::to_string(keys) + " FROM generate_series(1, " + std::to_string(events) + ") n");
}

long inversions(const TestDatabase& db) {
  return db.number(
      "SELECT count(*) FROM (SELECT seq, lag(seq) OVER (PARTITION BY key ORDER BY pos) "
      "AS before FROM effects) e WHERE before > seq");
}

TEST(Drain, AppliesEveryEventOnceAndInOrderPerKey) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 5'000, 37);
  EngineRun run{db};
  run.settings.relay.workers = 4;
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 5'000);
  EXPECT_EQ(db.number("SELECT count(DISTINCT event_id) FROM effects"), 5'000);
  EXPECT_EQ(inversions(db), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT applied_total FROM projection_freshness"), 5'000);
}

TEST(Drain, APoisonEventIsDeadItsKeyWaitsAndTheOthersFlow) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 1'000, 10);
  EngineRun run{db};
  run.add_sql(
      "effects", {"Thing"},
      "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, "
      "seq / (CASE WHEN (payload->>'n')::int = 503 THEN 0 ELSE 1 END) FROM events ORDER BY seq");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.value("SELECT string_agg(state || count, ' ' ORDER BY state) FROM "
                     "(SELECT state, count(*) FROM event_delivery GROUP BY state) d"),
            "dead1 waiting49");
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 950);
  EXPECT_EQ(db.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
            "division by zero (22012)");
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 950);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE parked"), 50);
  // A later event of the key waits, too; of another it does not.
  publish(db, 10, 10);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE state = 'waiting'"), 50);
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 959);
}

TEST(Drain, WithoutOrderNothingWaitsBehindAFailure) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 100, 1);
  EngineRun run{db};
  run.settings.relay.ordering = relay::settings::Ordering::none;
  run.add_sql(
      "effects", {"Thing"},
      "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, "
      "seq / (CASE WHEN (payload->>'n')::int = 50 THEN 0 ELSE 1 END) FROM events ORDER BY seq");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 99);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 1);
}

TEST(Drain, MorePoisonThanTheSavepointBudgetStillEndsAndLosesNothing) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 300, 300);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"},
              "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, "
              "seq / ((payload->>'n')::int % 3) FROM events ORDER BY seq");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 200);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE state = 'dead'"), 100);
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 200);
}

// The one beside it spends the budget, and what it leaves comes again to both.
TEST(Drain, WhereTheCompletionIsTheGuardWhatAnotherProjectionLeavesIsNotAppliedTwice) {
  const TestDatabase db;
  create_effects(db);
  db.run("CREATE TABLE others (event_id uuid, seq bigint)");
  publish(db, 300, 300);
  EngineRun run{db};
  run.add_sql("a", {"Thing"}, record_effects, "completion");
  run.add_sql("b", {"Thing"},
              "INSERT INTO others (event_id, seq) SELECT id, seq / ((payload->>'n')::int % 3) "
              "FROM events ORDER BY seq");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 300);
  EXPECT_EQ(db.number("SELECT count(DISTINCT event_id) FROM effects"), 300);
  EXPECT_EQ(db.number("SELECT count(*) FROM others"), 200);
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events WHERE idempotency_key LIKE 'a:%'"), 0);
}

TEST(Drain, ABatchThatRunsOutOfTimeComesOneByOneAndOnlyTheSlowEventIsDead) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 20, 20);
  EngineRun run{db};
  run.settings.relay.lock_timeout = std::chrono::milliseconds{200};
  run.settings.relay.statement_timeout = std::chrono::milliseconds{500};
  run.add_sql("effects", {"Thing"},
              "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, seq FROM events "
              "WHERE (payload->>'n')::int <> 7 OR pg_sleep(30) IS NULL");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 19);
  EXPECT_EQ(db.value("SELECT error_class FROM event_delivery"), "timeout");
}

TEST(Drain, AnErrorAtCommitFindsItsCulprit) {
  const TestDatabase db;
  create_effects(db);
  // While the relay checks the deferred constraints, this trigger defers another to the COMMIT.
  db.run(
      "CREATE TABLE late (n int); CREATE TABLE later (n int);"
      "CREATE FUNCTION defer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "  SET CONSTRAINTS ALL DEFERRED; INSERT INTO later VALUES (NEW.n); RETURN NULL; END $$;"
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "  RAISE 'too late'; END $$;"
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED "
      "  FOR EACH ROW EXECUTE FUNCTION defer();"
      "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED "
      "  FOR EACH ROW EXECUTE FUNCTION refuse()");
  publish(db, 20, 20);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"},
              "WITH bad AS (INSERT INTO late SELECT 1 FROM events WHERE (payload->>'n')::int = 7) "
              "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, seq FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 19);
  EXPECT_EQ(db.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
            "too late (P0001)");
}

// What is written down for it has been told to the board of its lanes, which nobody works off.
TEST(Drain, EndsThoughAPausedProjectionIsOwedEvents) {
  const TestDatabase db;
  create_effects(db);
  publish(db, 10, 10);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  relay::pg::Connection connection{db.url(), {.application_name = "test"}};
  (void)relay::operate::pause_listener(connection, "effects", "");
  publish(db, 5, 5);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE state = 'ready'"), 5);
  (void)relay::operate::resume_listener(connection, "effects", "");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 15);
}

}  // namespace
