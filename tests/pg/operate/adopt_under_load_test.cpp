#include <gtest/gtest.h>

#include <future>
#include <iostream>

#include "relay/pg/schema_state.hpp"
#include "tests/support/migrating.hpp"
#include "tests/support/stall_meter.hpp"

namespace {

using tests::StallMeter;
using tests::TestDatabase;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr const char* rows = "100000";  // what is watched is the same, only sooner over
#else
constexpr const char* rows = "1000000";
#endif

// A migration that held writers up would do so for as long as the reader reads, since it waits for
// the reader's lock and they queue behind it. What a busy machine does to them is far below.
constexpr auto reader_s = 5;
constexpr double limit_ms = reader_s * 1000 / 2.0;

// A million events, one in five pending, in no order of date; and a control table that nobody
// alters.
void fill(const TestDatabase& db) {
  db.run(tests::six_columns);
  db.run(std::string{"INSERT INTO event_publication (event_type, serialized_event, "
                     "publication_date, completion_date) SELECT 'IncidentCreated', "
                     "'{\"number\":\"INC' || n || '\",\"text\":\"' || repeat('x', 100) || '\"}', "
                     "now() - make_interval(secs => hashint4(n) & 1048575), "
                     "CASE WHEN n % 5 > 0 THEN now() END FROM generate_series(1, "} +
         rows + ") n");
  db.run(
      "CREATE TABLE control AS SELECT * FROM event_publication LIMIT 200000; "
      "ALTER TABLE control ADD PRIMARY KEY (id); "
      "ALTER TABLE control ALTER COLUMN id SET DEFAULT gen_random_uuid()");
  // What every old row must still be afterwards, and in which order the pending ones must come.
  db.run(
      "CREATE TABLE before AS SELECT id, completion_date, "
      "row_number() OVER (PARTITION BY completion_date IS NULL ORDER BY publication_date, ctid) "
      "AS place FROM event_publication");
}

std::string insert_into(const std::string& table) {
  return "INSERT INTO " + table + " (event_type, serialized_event) VALUES ('New', '{}')";
}

// A report that reads the table in one long transaction.
std::future<void> start_reader(const TestDatabase& db) {
  auto reading = std::make_shared<std::promise<void>>();
  auto begun = reading->get_future();
  auto reader = std::async(std::launch::async, [&db, reading] {
    relay::pg::Connection connection{db.url(), {.application_name = "long_reader"}};
    connection.exec("BEGIN ISOLATION LEVEL REPEATABLE READ");
    connection.exec("SELECT id FROM event_publication LIMIT 1");
    reading->set_value();
    connection.exec("SELECT pg_sleep(" + std::to_string(reader_s) + ")");
    connection.exec("COMMIT");
  });
  begun.get();
  return reader;
}

// A writer is held up by the migration, or by a machine that is busy with something else. The
// control writer does the same to a table that no migration touches: what it suffers in the same
// moment is the machine's share. Both figures are printed; the limit holds for the difference.
void expect_no_long_stall(const StallMeter& writer, const StallMeter& control) {
  const auto longest = writer.longest();
  const double machine = control.longest_ms_during(longest);
  std::cout << "longest insert " << longest.ms() << " ms of " << writer.inserts().size()
            << ", on the control table in the same moment " << machine << " ms (longest "
            << control.longest().ms() << " ms)\n";
  double worst = 0;
  for (const auto& one : writer.inserts()) {
    if (one.ms() > limit_ms) worst = std::max(worst, one.ms() - control.longest_ms_during(one));
  }
  EXPECT_LE(worst, limit_ms);
}

void expect_nothing_lost(const TestDatabase& db, std::size_t inserted) {
  const std::string old = " FROM before b LEFT JOIN event_publication e USING (id) ";
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication"),
            std::stol(rows) + static_cast<long>(inserted));
  EXPECT_EQ(db.number("SELECT count(*)" + old +
                      "WHERE e.id IS NULL OR e.completion_date IS "
                      "DISTINCT FROM b.completion_date"),
            0)
      << "lost or completed";
  EXPECT_EQ(db.number("SELECT count(*)" + old +
                      "WHERE e.completion_date IS NULL AND "
                      "e.seq <> b.place + 1"),
            0)
      << "numbered otherwise than by date and place";
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL AND "
                      "coalesce(seq, 0) < 2"),
            0)
      << "pending without a number";
}

// Rows that came before V002 was in force are old ones as well: they have their place by date.
void expect_new_above_old(const TestDatabase& db) {
  EXPECT_EQ(db.number("SELECT count(*) FROM (SELECT publication_date AS at, lag(publication_date) "
                      "OVER (ORDER BY seq) AS before FROM event_publication "
                      "WHERE completion_date IS NULL) o WHERE at < before"),
            0)
      << "an inversion of date";
  EXPECT_EQ(db.number("SELECT count(*) - count(DISTINCT seq) FROM event_publication "
                      "WHERE completion_date IS NULL"),
            0)
      << "a number given twice";
  EXPECT_EQ(db.value("SELECT indisvalid AND indisready FROM pg_index "
                     "WHERE indexrelid = 'event_publication_pending'::regclass"),
            "t");
}

TEST(AdoptUnderLoad, HoldsNoWriterUpAndLosesNothing) {
  const TestDatabase db{TestDatabase::Kind::empty};
  fill(db);
  const std::string file = db.value("SELECT pg_relation_filenode('event_publication')");
  StallMeter writer{db.url(), insert_into("event_publication")};
  StallMeter control{db.url(), insert_into("control")};
  auto reader = start_reader(db);
  tests::migrate(db);
  writer.stop();
  control.stop();
  reader.get();

  relay::pg::Connection connection{db.url()};
  EXPECT_EQ(relay::pg::schema_state(connection).kind, relay::pg::SchemaState::Kind::current);
  EXPECT_EQ(db.value("SELECT pg_relation_filenode('event_publication')"), file) << "rewritten";
  EXPECT_EQ(writer.failed(), 0) << writer.first_error();
  EXPECT_GT(writer.inserts().size(), 500U) << "the writer was hardly at work";
  expect_no_long_stall(writer, control);
  expect_nothing_lost(db, writer.inserts().size());
  expect_new_above_old(db);
}

}  // namespace
