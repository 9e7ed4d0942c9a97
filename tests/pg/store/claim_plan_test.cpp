#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/test_database.hpp"

namespace {

using tests::TestDatabase;

// Pages that a statement touches once its plan is made: what it costs, told without a clock.
long pages(const TestDatabase& db, const std::string& sql) {
  const std::string text =
      db.run(sql + "; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql)[0][0].as<std::string>();
  const auto plan = nlohmann::json::parse(text)[0]["Plan"];
  return plan["Shared Hit Blocks"].get<long>() + plan["Shared Read Blocks"].get<long>();
}

void publish(const TestDatabase& db, int events) {
  db.run(
      "INSERT INTO event_publication (event_type, aggregate_id, serialized_event, headers) "
      "SELECT 'Thing', n % 1000, '{}', '{\"n\": 1}' FROM generate_series(1, " +
      std::to_string(events) + ") n");
}

// A plan that sorts, or scans the table, touches the 600 pages of these events at least.
void expect_few_pages(const TestDatabase& db) {
  const std::string lanes = "(SELECT array_agg(l::smallint) FROM generate_series(0, 3) l)";
  const std::string floors = "'{0,0,0,0}'";
  EXPECT_LT(pages(db, "SELECT * FROM freshet_probe(" + lanes + ", " + floors + ")"), 60);
  for (const char* tops : {"array_fill(1000000, '{4}')", "'{}'"}) {
    const std::string look = "freshet_look(" + lanes + ", " + floors + ", " + tops + ")";
    EXPECT_LT(pages(db, "SELECT * FROM " + look), 60) << look;
    EXPECT_EQ(db.number("SELECT count(lowest) FROM " + look), 4) << look;
    EXPECT_EQ(db.number("SELECT count(*) FROM " + look +
                        " WHERE server_run = "
                        "freshet_server_run()"),
              4)
        << look;
  }
  for (const char* claim : {"freshet_claim", "freshet_claim_unordered"}) {
    for (const char* what : {"true", "true, true"}) {  // of relays before V017, and of ours
      const std::string call = std::string{claim} + "(" + lanes + ", " + floors +
                               ", 40, 1000000, 1000000, " + what + ")";
      EXPECT_EQ(db.number("SELECT count(id) FROM " + call), 40);
      EXPECT_LT(pages(db, "SELECT * FROM " + call), 300) << call;
    }
  }
  const std::string some =
      "(SELECT array_agg(id) FROM (SELECT id FROM event_publication LIMIT 4) e)";
  for (const char* end : {"freshet_park", "freshet_complete_update", "freshet_complete_delete",
                          "freshet_complete_archive"}) {
    EXPECT_LT(pages(db, "SELECT " + std::string{end} + "(" + some + ")"), 300) << end;
  }
}

TEST(ClaimPlan, ReadsAFewPagesWhetherTheBacklogWasNeverAnalysedOrWhenItWasSmallOrJustNow) {
  const TestDatabase db;
  db.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  publish(db, 100);
  db.run("ANALYZE event_publication");
  publish(db, 50'000);
  expect_few_pages(db);
  db.run("ANALYZE event_publication");
  expect_few_pages(db);
  const TestDatabase never;
  never.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  publish(never, 50'000);
  expect_few_pages(never);
}

TEST(ClaimPlan, ALaneThatIsHeldWithoutEventsIsARowWithoutAnId) {
  const TestDatabase db;
  const auto rows =
      db.run("SELECT lane, id FROM freshet_claim('{7}', '{0}', 10, 1000, 1000, true, true)");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0][0].as<int>(), 7);
  EXPECT_TRUE(rows[0][1].is_null());
}

}  // namespace
