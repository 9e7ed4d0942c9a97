#include <gtest/gtest.h>

#include <future>

#include "relay/pg/schema_state.hpp"
#include "tests/support/migrating.hpp"

namespace {

using relay::operate::MigrateError;
using relay::pg::SchemaState;
using tests::TestDatabase;
using Kind = SchemaState::Kind;

constexpr int newest = schema::migrations[std::size(schema::migrations) - 1].version;
constexpr int count = static_cast<int>(std::size(schema::migrations));

SchemaState state_of(const TestDatabase& db) {
  relay::pg::Connection connection{db.url()};
  return relay::pg::schema_state(connection);
}

TEST(Migrate, BringsAnEmptyDatabaseToTheNewestVersion) {
  const TestDatabase db{TestDatabase::Kind::empty};
  EXPECT_EQ(state_of(db).kind, Kind::missing);
  const auto report = tests::migrate(db);
  EXPECT_EQ(report.applied, count);
  EXPECT_EQ(report.version, newest);
  EXPECT_EQ(state_of(db).kind, Kind::current);
  EXPECT_EQ(db.number("SELECT count(*) FROM freshet_schema_history WHERE finished_at IS NULL"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_lane WHERE drainer = ''"), 64);
}

TEST(Migrate, DoesNothingTheSecondTime) {
  const TestDatabase db{TestDatabase::Kind::empty};
  tests::migrate(db);
  const std::string before =
      db.value("SELECT string_agg(h::text, ' ') FROM freshet_schema_history h");
  EXPECT_EQ(tests::migrate(db).applied, 0);
  EXPECT_EQ(db.value("SELECT string_agg(h::text, ' ') FROM freshet_schema_history h"), before);
}

TEST(Migrate, ShareTheWorkWhenFourRunAtOnce) {
  const TestDatabase db{TestDatabase::Kind::empty};
  std::vector<std::future<int>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(std::async(std::launch::async, [&db] { return tests::migrate(db).applied; }));
  }
  int applied = 0;
  for (auto& run : runs) applied += run.get();
  EXPECT_EQ(applied, count);
  EXPECT_EQ(state_of(db).kind, Kind::current);
}

TEST(Migrate, SaysThatAnotherIsAtWorkWhenItsTimeIsUp) {
  const TestDatabase db{TestDatabase::Kind::empty};
  relay::pg::Connection other{db.url()};
  relay::operate::MigrateOptions impatient;
  impatient.wait_for_other = std::chrono::milliseconds{30};
  impatient.pause = std::chrono::milliseconds{5};
  std::string refused;
  relay::operate::migrate(other, [&](auto, auto, auto, auto) {
    if (refused.empty()) refused = tests::refusal(db, impatient);
  });
  EXPECT_NE(refused.find("still at work"), std::string::npos) << refused;
}

TEST(Migrate, StopsWaitingForALockWhenAsked) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  relay::pg::Connection reader{db.url()};
  reader.exec("BEGIN");
  reader.exec("SELECT count(*) FROM event_publication");
  std::stop_source stop;
  relay::operate::MigrateOptions options;
  options.stop = stop.get_token();
  options.pause = std::chrono::minutes{1};
  relay::pg::Connection direct{db.url()};
  const auto ask = [&](auto, std::string_view text, auto, auto) {
    if (text.starts_with("waiting for a lock")) stop.request_stop();
  };
  EXPECT_THROW(relay::operate::migrate(direct, ask, options), MigrateError);
  EXPECT_EQ(state_of(db).version, 1);
}

TEST(Migrate, WritesAlsoWhereTransactionsAreReadOnlyByDefault) {
  const TestDatabase db{TestDatabase::Kind::empty};
  {
    relay::pg::Connection admin{db.url()};
    admin.exec("ALTER DATABASE " + db.name() + " SET default_transaction_read_only = on");
  }
  EXPECT_EQ(tests::refusal(db), "");
}

TEST(Migrate, RefusesAChangedMigrationByItsName) {
  const TestDatabase db;
  db.run("UPDATE freshet_schema_history SET checksum = 'other' WHERE version = 3");
  const std::string text = tests::refusal(db);
  EXPECT_NE(text.find("V003__number_old_events.sql"), std::string::npos) << text;
  EXPECT_EQ(state_of(db).kind, Kind::changed);
}

TEST(Migrate, RefusesAHistoryNewerThanItself) {
  const TestDatabase db;
  db.run("INSERT INTO freshet_schema_history VALUES (999, 'V999__x.sql', 'c', now(), now(), 'me')");
  const std::string text = tests::refusal(db);
  EXPECT_NE(text.find("version 999"), std::string::npos) << text;
  EXPECT_EQ(state_of(db).kind, Kind::newer);
}

TEST(Migrate, TellsAnOlderAndAnUnfinishedSchemaFromACurrentOne) {
  const TestDatabase db;
  db.run("UPDATE freshet_schema_history SET finished_at = NULL WHERE version = 5");
  EXPECT_EQ(state_of(db).kind, Kind::unfinished);
  EXPECT_EQ(state_of(db).file, "V005__index_pending.sql");
  db.run("DELETE FROM freshet_schema_history WHERE version >= 5");
  EXPECT_EQ(state_of(db).kind, Kind::older);
  EXPECT_EQ(state_of(db).version, 4);
  const std::string text = relay::pg::sentence(state_of(db));
  EXPECT_NE(text.find("run freshet migrate -c FILE"), std::string::npos) << text;
}

// The server ends the session when step `victim` reports for the `nth` time; a new run goes on.
void cut_off_and_complete(const TestDatabase& db, std::string_view victim, int nth) {
  relay::pg::Connection direct{db.url()};
  const std::string pid = direct.exec("SELECT pg_backend_pid()")[0][0].c_str();
  const auto cut = [&](std::string_view file, auto, auto, auto) {
    if (file == victim && --nth == 0) db.run("SELECT pg_terminate_backend(" + pid + ", 5000)");
  };
  EXPECT_ANY_THROW(relay::operate::migrate(direct, cut)) << victim;
  EXPECT_NE(state_of(db).kind, Kind::current) << victim;
  tests::migrate(db);
  EXPECT_EQ(state_of(db).kind, Kind::current) << victim;
}

TEST(Migrate, GoesOnAfterItsSessionWasCutOffBeforeAnyStep) {
  for (const auto& migration : schema::migrations) {
    const TestDatabase db{TestDatabase::Kind::empty};
    cut_off_and_complete(db, migration.file, 1);
    db.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')");
  }
}

TEST(Migrate, GoesOnInTheMiddleOfStoringNumbers) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event) "
      "SELECT 'A', '{}' FROM generate_series(1, 7000)");
  cut_off_and_complete(db, "V004__store_old_numbers.sql", 3);  // "applying" and two batches
  EXPECT_EQ(db.number("SELECT count(DISTINCT seq) FROM event_publication WHERE seq > 1"), 7000);
}

TEST(Migrate, ShowsEventsWhoseSeqWasTheLowestThatThereIs) {
  const TestDatabase db;
  db.run("ALTER TABLE event_publication DROP CONSTRAINT event_publication_seq_not_lowest");
  db.run("DROP TABLE relay_instance; DROP FUNCTION freshet_seen(timestamptz, integer)");
  db.run("DELETE FROM freshet_schema_history WHERE version >= 19");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_id, seq) "
      "SELECT 'A', '{}', n, CASE WHEN n <= 100 THEN -9223372036854775808 ELSE n END "
      "FROM generate_series(1, 200) n");
  tests::migrate(db);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE seq = 1"), 100);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE seq > 100"), 100);
}

TEST(Migrate, LeavesNoTraceOfAStepThatFails) {
  const TestDatabase db{TestDatabase::Kind::empty};
  const schema::Migration files[] = {
      {1, "V001__a.sql", "1", "CREATE TABLE a ()"},
      {2, "V002__b.sql", "2", "CREATE TABLE b (); SELECT 1 / 0"},
  };
  const std::string text = tests::refusal(db, {.files = files});
  EXPECT_NE(text.find("V002__b.sql failed: division by zero"), std::string::npos) << text;
  EXPECT_EQ(db.value("SELECT to_regclass('b')"), "");
  EXPECT_EQ(db.number("SELECT max(version) FROM freshet_schema_history"), 1);
}

TEST(Migrate, BuildsAnIndexAgainThatAFailedTryLeftInvalid) {
  const TestDatabase db;
  db.run("UPDATE freshet_schema_history SET finished_at = NULL WHERE version = 5");
  db.run(
      "UPDATE pg_index SET indisvalid = false "
      "WHERE indexrelid = 'event_publication_pending'::regclass");
  const std::string old = db.value("SELECT 'event_publication_pending'::regclass::oid");
  tests::migrate(db);
  EXPECT_NE(db.value("SELECT 'event_publication_pending'::regclass::oid"), old);
  EXPECT_EQ(db.value("SELECT indisvalid FROM pg_index "
                     "WHERE indexrelid = 'event_publication_pending'::regclass"),
            "t");
}

TEST(Migrate, NamesWhoHoldsTheLockItDoesNotGet) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  relay::pg::Connection reader{db.url(), {.application_name = "month_end_report"}};
  reader.exec("BEGIN");
  reader.exec("SELECT count(*) FROM event_publication");
  relay::operate::MigrateOptions impatient;
  impatient.retry_for = std::chrono::milliseconds{100};
  impatient.pause = std::chrono::milliseconds{10};
  const std::string text = tests::refusal(db, impatient);
  EXPECT_NE(text.find("V002__add_order_and_key.sql"), std::string::npos) << text;
  EXPECT_NE(text.find("month_end_report"), std::string::npos) << text;
  EXPECT_NE(text.find(reader.exec("SELECT pg_backend_pid()")[0][0].c_str()), std::string::npos);
  reader.exec("COMMIT");
  EXPECT_EQ(tests::refusal(db), "");
}

TEST(Migrate, GivesTheSessionBackAsItWas) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run("ALTER DATABASE " + db.name() + " SET statement_timeout = '7s'");
  relay::pg::Connection direct{db.url()};
  relay::operate::migrate(direct, [](auto, auto, auto, auto) {});
  EXPECT_STREQ(direct.exec("SHOW statement_timeout")[0][0].c_str(), "7s");
  EXPECT_STREQ(direct.exec("SHOW row_security")[0][0].c_str(), "on");
  EXPECT_EQ(db.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                      "(SELECT oid FROM pg_database WHERE datname = current_database())"),
            0);
}

TEST(Migrate, OutlivesTheTimeLimitsOfItsRole) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run("ALTER DATABASE " + db.name() + " SET statement_timeout = '200ms'");
  const schema::Migration files[] = {{1, "V001__slow.sql", "1", "SELECT pg_sleep(0.4)"}};
  EXPECT_EQ(tests::refusal(db, {.files = files}), "");
}

TEST(Migrate, RefusesASessionThatLostItsLockToAPooler) {
  const TestDatabase db{TestDatabase::Kind::empty};
  const schema::Migration files[] = {
      {1, "V001__loses_it.sql", "1", "SELECT pg_advisory_unlock_all()"},
      {2, "V002__never.sql", "2", "CREATE TABLE never ()"},
  };
  const std::string text = tests::refusal(db, {.files = files});
  EXPECT_NE(text.find("direct connection"), std::string::npos) << text;
  EXPECT_EQ(db.value("SELECT to_regclass('never')"), "");
}

}  // namespace
