#include "projections/sql/sql_projection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "tests/pg/projections/apply_fixture.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;

class SqlProjections : public tests::ApplyTest {};

TEST_F(SqlProjections, RunWhateverTheyBeginWith) {
  published_.add("a", R"({"n":3})");
  const std::vector<std::string> statements = {
      "-- a comment\n INSERT INTO seen SELECT 'plain', aggregate_id FROM events;",
      "WITH x AS (SELECT id FROM events) INSERT INTO seen SELECT 'with', id FROM x",
      "/* a /* nested */ one */ WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n, "
      "events WHERE i < (payload->>'n')::int) INSERT INTO seen SELECT 'n' || i, '' FROM n",
      "WITH gone AS (DELETE FROM seen WHERE id = 'n2' RETURNING id) "
      "INSERT INTO seen SELECT 'gone', id FROM gone",
      "UPDATE seen SET key = events.event_type FROM events WHERE seen.id = 'n1'",
      "SELECT id FROM events",
      "VALUES ((SELECT count(*) FROM events))"};
  const auto fates = apply(projection_of(sql_projection(statements)), published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::done}) << fates[0].failure.message;
  EXPECT_EQ(db_.value("SELECT string_agg(id || '=' || coalesce(key, ''), ' ' ORDER BY id) "
                      "FROM seen WHERE id NOT IN ('with')"),
            "gone=n2 n1=Happened n3= plain=a");
}

TEST_F(SqlProjections, RunAMergeWhereTheServerHasIt) {
  if (const int major = tests::server_major(); major < 15) {
    GTEST_SKIP() << "PostgreSQL " << major << " has no MERGE; 15 has";
  }
  const std::string merge =
      "MERGE INTO seen USING events ON seen.id = events.aggregate_id "
      "WHEN MATCHED THEN UPDATE SET key = 'merged'";
  db_.run("INSERT INTO seen VALUES ('a', '')");
  published_.add("a");
  const auto fates = apply(projection_of(sql_projection({merge})), published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::done}) << fates[0].failure.message;
  EXPECT_EQ(db_.value("SELECT key FROM seen"), "merged");
}

TEST_F(SqlProjections, SeeEveryColumnOfFreshEventsOnly) {
  published_.add("a", R"({"n":1})");
  published_.add("", R"({"n":2})");
  const auto projection = projection_of(sql_projection(
      {"INSERT INTO seen SELECT id, concat_ws('|', event_type, aggregate_type, aggregate_id, "
       "payload->>'n', headers, publication_date IS NOT NULL, seq > 0) FROM events"}));
  (void)apply(projection, published_.batch(0, 1));
  (void)apply(projection, published_.batch());
  EXPECT_EQ(db_.value("SELECT string_agg(key, ' ' ORDER BY key) FROM seen"),
            "Happened|2|t|t Happened|t|a|1|t|t");
}

TEST_F(SqlProjections, CastEachPayloadAlsoOfEventsThatTheStatementDoesNotWant) {
  published_.add("a");
  published_.add("b", R"("\u0000")");
  published_.add("c", "1e999999");
  published_.add("d");
  const auto projection =
      projection_of(sql_projection({"INSERT INTO seen SELECT id FROM events LIMIT 1"}));
  EXPECT_EQ(kinds(apply(projection, published_.batch())),
            (std::vector{Kind::done, Kind::failed, Kind::failed, Kind::done}));
}

TEST_F(SqlProjections, AreExplainedWithoutBeingRun) {
  db_.run("CREATE ROLE nobody_" + db_.name() + "; CREATE TABLE secret (id text)");
  harness::Transaction transaction{db_.url()};
  const auto projection =
      sql_projection({"INSERT INTO seen SELECT id FROM events",
                      "INSERT INTO absent SELECT id FROM events", "SELECT wrong FROM events"});
  EXPECT_THAT(projection->explain(transaction.tx()),
              testing::ElementsAre("statement 2: relation \"absent\" does not exist",
                                   "statement 3: column \"wrong\" does not exist"));
  transaction.tx().exec("CREATE TABLE events (id int)");
  EXPECT_THAT(projection->explain(transaction.tx()).front(),
              testing::HasSubstr("a table named events"));
  transaction.tx().exec("SET LOCAL ROLE nobody_" + db_.name());
  EXPECT_THAT(projection->explain(transaction.tx()),
              testing::Contains(testing::HasSubstr("permission denied")));
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 0);
  db_.run("DROP ROLE nobody_" + db_.name());
}

TEST_F(SqlProjections, OfFourConnectionsUpsertSharedRowsInOrderWithoutADeadlock) {
  db_.run("CREATE TABLE groups (name text PRIMARY KEY, n bigint NOT NULL)");
  constexpr std::size_t rounds = 25;
  constexpr std::size_t threads = 4;
  for (std::size_t i = 0; i < rounds * threads; ++i) published_.add("k" + std::to_string(i));
  const auto projection = projection_of(sql_projection(
      {"INSERT INTO groups SELECT 'g' || g, count(*) FROM events, generate_series(1, 40) AS g "
       "WHERE (g * 7 + seq) % 4 > 0 GROUP BY 1 ORDER BY 1 "
       "ON CONFLICT (name) DO UPDATE SET n = groups.n + EXCLUDED.n"}));
  std::atomic<int> failures{0};
  std::barrier start{threads};
  const auto work = [&](std::size_t worker) {
    for (std::size_t round = 0; round < rounds; ++round) {
      start.arrive_and_wait();
      try {
        HeldKeys held;
        SavepointBudget budget;
        harness::Transaction transaction{db_.url()};
        const std::size_t at = round * threads + worker;
        (void)apply_batch(projection, published_.batch(at, at + 1), held, budget, transaction.tx(),
                          {});
        transaction.commit();
      } catch (const std::exception&) {
        ++failures;
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t worker = 0; worker < threads; ++worker) pool.emplace_back(work, worker);
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(db_.number("SELECT sum(n) FROM groups"),
            db_.number("SELECT count(*) FROM event_publication, generate_series(1, 40) AS g "
                       "WHERE (g * 7 + seq) % 4 > 0"));
}

}  // namespace
