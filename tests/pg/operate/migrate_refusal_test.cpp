#include <gtest/gtest.h>

#include "tests/support/migrating.hpp"

namespace {

using tests::TestDatabase;

struct RefusedCase {
  std::string what;
  std::string change;    // made to the six-column table of an application
  std::string sentence;  // a part of the refusal
};

void PrintTo(const RefusedCase& c, std::ostream* out) {
  *out << c.what;
}

class AdoptRefuses : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(AdoptRefuses, InWordsAndChangesNothing) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(GetParam().change);
  const std::string text = tests::refusal(db);
  EXPECT_NE(text.find(GetParam().sentence), std::string::npos) << "refused with: " << text;
  EXPECT_EQ(text.find("Nothing was changed."), 0U) << text;
  EXPECT_EQ(db.value("SELECT to_regclass('freshet_schema_history')"), "");
  EXPECT_EQ(db.value("SELECT to_regprocedure('freshet_uuid7()')"), "");
}

const std::string a = "ALTER TABLE event_publication ";

INSTANTIATE_TEST_SUITE_P(
    Migrate, AdoptRefuses,
    ::testing::Values(
        RefusedCase{
            "BigintId", a + "ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE bigint USING 1",
            "event_publication.id is of type bigint and must be uuid. Identity is a UUID here"},
        RefusedCase{"TextId", a + "ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE text",
                    "ALTER COLUMN id TYPE uuid USING id::uuid"},
        RefusedCase{
            "DateWithoutZone", a + "ALTER COLUMN publication_date TYPE timestamp",
            "ALTER COLUMN publication_date TYPE timestamptz USING publication_date AT TIME ZONE"},
        RefusedCase{"CompletionWithoutZone", a + "ALTER COLUMN completion_date TYPE timestamp",
                    "event_publication.completion_date is of type timestamp without time zone"},
        RefusedCase{"MissingColumn", a + "DROP COLUMN listener_id",
                    "ALTER TABLE event_publication ADD COLUMN listener_id varchar"},
        RefusedCase{"TypeOfTheType", a + "ALTER COLUMN event_type TYPE int USING 1",
                    "event_publication.event_type is of type integer and must be varchar"},
        RefusedCase{"JsonPayload", a + "ALTER COLUMN serialized_event TYPE jsonb USING '{}'",
                    "serialized_event TYPE text USING serialized_event::text"},
        RefusedCase{"NoKey", a + "DROP CONSTRAINT event_publication_pkey",
                    "ALTER TABLE event_publication ADD PRIMARY KEY (id)"},
        RefusedCase{"OwnSeq", a + "ADD COLUMN seq int", "RENAME COLUMN seq TO app_seq"},
        RefusedCase{"OwnHeaders", a + "ADD COLUMN headers text",
                    "event_publication.headers is of type text and must be jsonb"},
        RefusedCase{"Unlogged", a + "SET UNLOGGED", "ALTER TABLE event_publication SET LOGGED"},
        RefusedCase{"View", a + "RENAME TO e; CREATE VIEW event_publication AS SELECT * FROM e",
                    "event_publication is a view, which was not tried"},
        RefusedCase{"Partitioned",
                    "DROP TABLE event_publication; CREATE TABLE event_publication (id uuid) "
                    "PARTITION BY RANGE (id)",
                    "event_publication is a partitioned table, which was not tried"},
        RefusedCase{"Parent", "CREATE TABLE child () INHERITS (event_publication)",
                    "event_publication is part of an inheritance tree"},
        RefusedCase{
            "OtherSchema",
            "CREATE SCHEMA app; " + a +
                "SET SCHEMA app; DO $$ BEGIN EXECUTE "
                "'ALTER DATABASE ' || current_database() || ' SET search_path = public, app'; END "
                "$$",
            "event_publication is in the schema app"},
        RefusedCase{"TakenName", "CREATE TABLE event_lane ()",
                    "The name event_lane is taken by something that Freshet did not make"},
        RefusedCase{"GuardTable", "CREATE TABLE processed_events (id int)",
                    "processed_events has no column idempotency_key"},
        RefusedCase{"NoSchema",
                    "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || "
                    "' SET search_path = nowhere'; END $$",
                    "No schema to create tables in"}),
    [](const auto& one) { return one.param.what; });

TEST(AdoptRefusal, TellsEveryFaultAtOnce) {
  const TestDatabase db{TestDatabase::Kind::empty};
  db.run(tests::six_columns);
  db.run(a + "DROP COLUMN listener_id, ALTER COLUMN publication_date TYPE timestamp");
  const std::string text = tests::refusal(db);
  EXPECT_NE(text.find("listener_id"), std::string::npos) << text;
  EXPECT_NE(text.find("publication_date"), std::string::npos) << text;
}

TEST(MigrateRefusal, ChangesNothingInADatabaseThatIsNotInUtf8) {
  const TestDatabase db = TestDatabase::created("ENCODING 'LATIN1' LOCALE 'C'");
  EXPECT_EQ(tests::refusal(db),
            "Nothing was changed: the database's encoding is LATIN1; Freshet needs UTF8, in which "
            "every JSON can be stored.");
}

}  // namespace
