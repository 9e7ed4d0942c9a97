#include "relay/store/outbox/suspects.hpp"

#include <gtest/gtest.h>

#include "relay/store/outbox/roster.hpp"
#include "schema/statements.hpp"
#include "tests/support/test_database.hpp"

namespace relay::store::outbox {
namespace {

using End = flow::FlightRemains::End;

/// Two events, and what their processes left of them.
class SuspectsOf : public ::testing::Test {
 protected:
  SuspectsOf() {
    for (const char* id : {one, other}) {
      db_.run(std::string{"INSERT INTO event_publication (id, event_type, serialized_event) VALUES "
                          "('"} +
              id + "', 'Thing', '{}')");
    }
  }
  void ended(End end, bool alone, const std::vector<std::string>& ids) {
    store_suspects(connection_, {{"board", ids, alone, end}});
  }
  [[nodiscard]] listeners::Suspects suspects() { return read_registered(connection_, "").suspects; }

  static constexpr const char* one = "00000000-0000-7000-8000-000000000001";
  static constexpr const char* other = "00000000-0000-7000-8000-000000000002";
  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
};

TEST_F(SuspectsOf, AProcessThatVanishedAreThoseThatHadBeenInTheAirAtAnotherVanishing) {
  ended(End::vanished, false, {one, other});
  EXPECT_TRUE(suspects().empty()) << "it may have been anybody's kill";
  ended(End::vanished, false, {other});
  ASSERT_EQ(suspects().size(), 1U);
  EXPECT_EQ(suspects().begin()->first, std::pair(std::string{other}, std::string{"board"}));
  EXPECT_EQ(suspects().begin()->second.kills, 0) << "it was not alone";
}

TEST_F(SuspectsOf, ACrashAreThereAtOnce) {
  ended(End::crashed, false, {one});
  EXPECT_EQ(suspects().size(), 1U);
  EXPECT_EQ(suspects().begin()->second.crashes, 0) << "it was not alone";
}

TEST_F(SuspectsOf, WhatWasAloneIsCounted) {
  ended(End::vanished, true, {one});
  ended(End::vanished, true, {one});
  ended(End::crashed, true, {one});
  ASSERT_EQ(suspects().size(), 1U);
  EXPECT_EQ(suspects().begin()->second.kills, 2);
  EXPECT_EQ(suspects().begin()->second.crashes, 1);
}

TEST_F(SuspectsOf, EventsThatAreCompleteAreForgottenAtTheNextEnd) {
  ended(End::vanished, false, {one, other});
  db_.run(std::string{"UPDATE event_publication SET completion_date = now() WHERE id = '"} + one +
          "'");
  ended(End::vanished, false, {one, other});
  EXPECT_EQ(db_.value("SELECT string_agg(event_id::text, ',') FROM event_suspect"), other);
}

TEST_F(SuspectsOf, AreForgottenWithoutReadingABacklogThatWasNeverAnalysed) {
  db_.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  db_.run(
      "INSERT INTO event_publication (event_type, serialized_event) SELECT 'Thing', '{}' FROM "
      "generate_series(1, 20000)");
  db_.run(
      "INSERT INTO event_suspect (event_id, listener) SELECT id, 'board' FROM event_publication "
      "LIMIT 3000");
  std::string plan;
  for (const auto& row : db_.run(std::string{schema::statements::plan_by_index} + "; EXPLAIN " +
                                 std::string{schema::statements::forget_suspects})) {
    plan += row[0].as<std::string>() + "\n";
  }
  EXPECT_EQ(plan.find("Seq Scan on event_publication"), std::string::npos) << plan;
  EXPECT_NE(plan.find("event_publication_pkey"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("Join"), std::string::npos) << plan;
}

}  // namespace
}  // namespace relay::store::outbox
