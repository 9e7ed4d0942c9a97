#include <gtest/gtest.h>

#include "relay/pg/schema_state.hpp"
#include "tests/support/migrating.hpp"

namespace {

using tests::TestDatabase;

constexpr const char* insert =
    "INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')";

// Everything that tells one table from another, in one line.
std::string shape_of(const TestDatabase& db) {
  return db.value(R"(
    SELECT string_agg(line, E'\n' ORDER BY line) FROM (
      SELECT format('%s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                    pg_get_expr(d.adbin, d.adrelid)) AS line
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = 'event_publication'::regclass AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = 'event_publication'
      UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
       WHERE conrelid = 'event_publication'::regclass AND contype <> 'n'
      UNION ALL SELECT unnest(reloptions) FROM pg_class WHERE oid = 'event_publication'::regclass
      UNION ALL SELECT format('%s %s %s', seqincrement, seqcache, seqcycle) FROM pg_sequence
       WHERE seqrelid = pg_get_serial_sequence('event_publication', 'seq')::regclass) lines)");
}

TEST(Adopt, EndsInTheShapeOfANewTable) {
  const TestDatabase adopted{TestDatabase::Kind::empty};
  adopted.run(tests::six_columns);
  adopted.run(insert);
  tests::migrate(adopted);
  const TestDatabase fresh;
  EXPECT_EQ(shape_of(adopted), shape_of(fresh));
}

TEST(Adopt, KeepsWhatTheApplicationDecided) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(
      "ALTER TABLE event_publication ALTER COLUMN publication_date DROP NOT NULL, "
      "ALTER COLUMN event_type TYPE text, ADD COLUMN status text, "
      "SET (autovacuum_vacuum_threshold = 77)");
  db.run("CREATE INDEX mine ON event_publication (completion_date)");
  tests::migrate(db);
  const std::string shape = shape_of(db);
  for (const char* part : {"publication_date timestamp with time zone f clock_timestamp()",
                           "event_type text t", "status text f", "autovacuum_vacuum_threshold=77",
                           "autovacuum_vacuum_scale_factor=0.01", "INDEX mine"}) {
    EXPECT_NE(shape.find(part), std::string::npos) << part << " in\n" << shape;
  }
}

TEST(Adopt, NumbersOldRowsByDateAndPlaceBelowNewOnes) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  // Dates that run against the order of insertion, and many rows to one date.
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, publication_date) "
      "SELECT n::text, '{}', now() - make_interval(secs => n / 100) "
      "FROM generate_series(1, 5000) n");
  tests::migrate(db);
  EXPECT_EQ(
      db.number("SELECT count(*) FROM (SELECT event_type::int AS n, lag(event_type::int) OVER "
                "(ORDER BY seq) AS before FROM event_publication) o "
                "WHERE NOT (n / 100 < before / 100 OR (n / 100 = before / 100 AND n > before))"),
      0);
  EXPECT_EQ(db.value("SELECT min(seq) || '-' || max(seq) || ' ' || count(DISTINCT seq) "
                     "FROM event_publication"),
            "2-5001 5000");
  db.run(insert);
  EXPECT_GT(db.number("SELECT max(seq) FROM event_publication"), 5001);
}

// No table can hold more rows to a page than these.
TEST(Adopt, StartsNewNumbersAboveTheSmallestRowsThereCanBe) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run("ALTER TABLE event_publication ALTER COLUMN publication_date DROP NOT NULL");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, publication_date) "
      "SELECT '', '', NULL FROM generate_series(1, 20000)");
  tests::migrate(db);
  db.run(insert);
  EXPECT_GT(db.number("SELECT seq FROM event_publication WHERE event_type = 'A'"),
            db.number("SELECT max(seq) FROM event_publication WHERE event_type = ''"));
}

// The table was empty when the sequence was made, and its first event comes before the numbering.
TEST(Adopt, DoesNotNumberANewEventOfAnEmptyTableAgain) {
  const TestDatabase db{TestDatabase::Kind::empty};
  relay::pg::Connection direct{db.url()};
  relay::operate::migrate(direct, [&](std::string_view file, auto, auto, auto) {
    if (file == "V003__number_old_events.sql") db.run(std::string{insert} + ";" + insert);
  });
  EXPECT_EQ(db.value("SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM event_publication"),
            "2 3");
}

TEST(Adopt, LetsACompletedRowBeSetBackToPending) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, completion_date) "
      "VALUES ('old', '{}', now())");
  tests::migrate(db);
  EXPECT_NO_THROW(db.run("UPDATE event_publication SET completion_date = NULL"));
  EXPECT_EQ(db.number("SELECT seq FROM event_publication"), 1) << "above the floor of a sweep";
}

TEST(Adopt, LeavesRowsAloneThatTheApplicationCompletesOrDeletesMeanwhile) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event) "
      "SELECT n::text, '{}' FROM generate_series(1, 100) n");
  relay::pg::Connection direct{db.url()};
  relay::operate::migrate(direct, [&](std::string_view file, std::string_view text, auto, auto) {
    if (file != "V004__store_old_numbers.sql" || text != "applying") return;
    db.run("UPDATE event_publication SET completion_date = now() WHERE event_type = '7'");
    db.run("DELETE FROM event_publication WHERE event_type = '8'");
    db.run(insert);
  });
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication"), 100);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NOT NULL"),
            1);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication "
                      "WHERE completion_date IS NULL AND seq < 2"),
            0);
}

// A consumer of the application's own holds a row: the batch steps back, and neither ends in a
// deadlock.
TEST(Adopt, WaitsForARowThatTheApplicationHoldsLocked) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(insert);
  relay::pg::Connection consumer{db.url(), {.application_name = "old_consumer"}};
  relay::pg::Connection direct{db.url()};
  std::string waited;
  relay::operate::migrate(direct, [&](std::string_view file, std::string_view text, auto, auto) {
    if (file != "V004__store_old_numbers.sql") return;
    if (text == "applying") {
      consumer.exec("BEGIN");
      consumer.exec("SELECT id FROM event_publication FOR UPDATE");
    } else if (text.starts_with("waiting")) {
      waited = text;
      consumer.exec("COMMIT");
    }
  });
  EXPECT_NE(waited.find("old_consumer"), std::string::npos) << waited;
  EXPECT_EQ(db.number("SELECT seq FROM event_publication"), 2);
}

TEST(Adopt, TakesOverAGuardTableAndAnArchive) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(
      "CREATE TABLE processed_events (idempotency_key text PRIMARY KEY, "
      "processed_at timestamptz NOT NULL); INSERT INTO processed_events VALUES ('a:1', now())");
  db.run("CREATE TABLE event_publication_archive (LIKE event_publication INCLUDING ALL)");
  tests::migrate(db);
  db.run("INSERT INTO processed_events (idempotency_key) VALUES ('a:2')");
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 2);
  EXPECT_NO_THROW(db.run("SELECT seq, aggregate_id, headers FROM event_publication_archive"));
}

}  // namespace
