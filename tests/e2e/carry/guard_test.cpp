#include <gtest/gtest.h>

#include "tests/support/effects.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Effects;
using tests::EngineRun;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr const char* guards_of_key_5 =
    "SELECT count(*) FROM processed_events WHERE split_part(idempotency_key, ':', 2) IN "
    "(SELECT id::text FROM event_publication WHERE aggregate_id = 'k5')";

// A guard row that outlived its failed effect would make a later retry believe itself done.
TEST(Guard, KeepsNoRowOfAFailedHandlerAndARetryHasItsEffect) {
  const TestDatabase db;
  const Effects effects{db};
  RelayConfig config{db.url()};
  config.add("effects", "Thing", effects.sql("1 / ((payload->>'n')::int - 5)"));
  // n = 5, 15, 25 … are of key k5; n = 5 divides by zero.
  db.run(tests::publishing("Thing", "'k' || n % 10", 100));

  const tests::Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  EXPECT_EQ(effects.count(), 90);
  EXPECT_EQ(effects.count("key = 'k5'"), 0);
  EXPECT_EQ(db.number(guards_of_key_5), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 90);
  EXPECT_EQ(
      db.value("SELECT string_agg(state || ' ' || attempts || ' ' || coalesce(last_error, '-') || "
               "' ' || c, '; ' ORDER BY state) FROM (SELECT state, attempts, last_error, count(*) "
               "AS c FROM event_delivery GROUP BY 1, 2, 3) d"),
      "dead 1 division by zero (22012) 1; waiting 0 - 9");
  EXPECT_EQ(db.value("SELECT error FROM event_attempt"), "division by zero (22012)");
  EXPECT_EQ(
      db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL AND parked "
                "AND aggregate_id = 'k5'"),
      10);

  // The culprit is mended and put back: no guard says that it had been applied.
  db.run(
      "UPDATE event_publication SET serialized_event = '{\"n\": 6}' WHERE aggregate_id = 'k5' AND "
      "serialized_event LIKE '%: 5}'; DELETE FROM event_delivery; "
      "UPDATE event_publication SET parked = false WHERE parked");
  EXPECT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(effects.count("key = 'k5'"), 10);
  EXPECT_EQ(effects.count(), 100);
  EXPECT_EQ(effects.doubled(), 0);
  EXPECT_EQ(effects.overtaken(), 0);
}

TEST(Guard, ADeferredConstraintThatWouldFailAtCommitKillsOnlyItsCulprit) {
  const TestDatabase db;
  db.run(
      "CREATE TABLE assignee (id int PRIMARY KEY); INSERT INTO assignee SELECT generate_series(0, "
      "9);"
      "CREATE TABLE assigned (event_id uuid, assignee int REFERENCES assignee DEFERRABLE INITIALLY "
      "DEFERRED)");
  db.run(tests::publishing("Assigned", "'k' || n", 50));
  db.run(
      "UPDATE event_publication SET serialized_event = '{\"n\": 77}' WHERE aggregate_id = 'k23'");
  EngineRun run{db};
  run.add_sql("assigned", {"*"},
              "INSERT INTO assigned SELECT id, CASE WHEN (payload->>'n')::int = 77 THEN 77 ELSE "
              "(payload->>'n')::int % 10 END FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM assigned"), 49);
  EXPECT_EQ(db.value("SELECT string_agg(state || ' ' || key, ',') FROM event_delivery"),
            "dead \x1fk23");
  EXPECT_NE(db.value("SELECT last_error FROM event_delivery").find("foreign key"),
            std::string::npos);
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 49);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NOT NULL"),
            49);
}

// Rows that satisfy a deferred constraint only together stay allowed.
TEST(Guard, ADeferredConstraintMayBeMetByALaterStatementOfTheProjection) {
  const TestDatabase db;
  db.run(
      "CREATE TABLE owner (id int PRIMARY KEY);"
      "CREATE TABLE owned (id int REFERENCES owner DEFERRABLE INITIALLY DEFERRED)");
  db.run(tests::publishing("Owned", "'k' || n", 20));
  EngineRun run{db};
  run.registry.add({.name = "owned", .events = {"*"}, .guard = ""},
                   projections::sql_projection(
                       {"INSERT INTO owned SELECT (payload->>'n')::int FROM events",
                        "INSERT INTO owner SELECT (payload->>'n')::int FROM events ORDER BY 1"}));
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM owned JOIN owner USING (id)"), 20);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
}

constexpr const char* with_plain =
    "WITH big AS (SELECT id, (payload->>'n')::int AS n FROM events)\n"
    "INSERT INTO seen SELECT 'plain', id, n FROM big";
constexpr const char* with_comments =
    "-- a comment; with 'a quote\n/* and /* a nested */ one; WITH */\n"
    "  with \"events of n\" as materialized (select * from events) -- trailing\n"
    "INSERT INTO seen SELECT 'comments', id, (payload->>'n')::int FROM \"events of n\"";
constexpr const char* with_recursive =
    "/* c */ WITH RECURSIVE down (id, n) AS (\n"
    "  SELECT id, (payload->>'n')::int FROM events UNION ALL SELECT id, n - 1 FROM down WHERE n > "
    "1)\n"
    "INSERT INTO seen SELECT 'recursive', id, sum(n) FROM down GROUP BY id;";
constexpr const char* with_changes =
    "WITH moved AS (INSERT INTO staged SELECT id, (payload->>'n')::int FROM events RETURNING id, "
    "n)\n"
    "INSERT INTO seen SELECT 'changes', id, n FROM moved";

TEST(Statement, ThatBeginsWithWithIsMerged) {
  const TestDatabase db;
  db.run("CREATE TABLE seen (form text, id uuid, n int); CREATE TABLE staged (id uuid, n int)");
  db.run(tests::publishing("Thing", "'k' || n % 3", 30));
  EngineRun run{db};
  run.add_sql("plain", {"*"}, with_plain);
  run.add_sql("comments", {"*"}, with_comments);
  run.add_sql("recursive", {"*"}, with_recursive);
  run.add_sql("changes", {"*"}, with_changes);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(
      db.value("SELECT string_agg(form || ' ' || c || ' ' || s, ', ' ORDER BY form) FROM (SELECT "
               "form, count(DISTINCT id) AS c, sum(n) AS s FROM seen GROUP BY form) f"),
      "changes 30 465, comments 30 465, plain 30 465, recursive 30 4960");
  EXPECT_EQ(db.number("SELECT sum(n) FROM staged"), 465);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
}

}  // namespace
