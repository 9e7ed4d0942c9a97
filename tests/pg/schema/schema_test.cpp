#include <gtest/gtest.h>

#include "tests/support/test_database.hpp"

namespace {

TEST(Schema, AWriterThatKnowsOnlyTypeAndPayloadWorks) {
  const tests::TestDatabase db;
  db.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')");
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE seq IS NOT NULL"), 1);
}

TEST(Schema, TheDefaultIdIsAUuidOfVersionSeven) {
  const tests::TestDatabase db;
  EXPECT_EQ(db.value("SELECT substring(freshet_uuid7()::text, 15, 1)"), "7");
  EXPECT_EQ(db.number("SELECT count(DISTINCT freshet_uuid7()) FROM generate_series(1, 1000)"),
            1000);
}

TEST(Schema, RefusesTheOneSeqThatNoRelayWouldSee) {
  const tests::TestDatabase db;
  const std::string insert =
      "INSERT INTO event_publication (event_type, serialized_event, seq) VALUES ('A', '{}', ";
  EXPECT_THROW(db.run(insert + "-9223372036854775808)"), pqxx::check_violation);
  db.run(insert + "-9223372036854775807)");
}

}  // namespace
