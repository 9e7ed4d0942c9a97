#include <gtest/gtest.h>

#include "schema/statements.hpp"
#include "tests/support/test_database.hpp"

namespace relay::store::outbox {
namespace {

TEST(Suspects, AreForgottenWithoutReadingABacklogThatWasNeverAnalysed) {
  const tests::TestDatabase db;
  db.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event) SELECT 'Thing', '{}' FROM "
      "generate_series(1, 20000)");
  db.run(
      "INSERT INTO event_suspect (event_id, listener) SELECT id, 'board' FROM event_publication "
      "LIMIT 3000");
  std::string plan;
  for (const auto& row : db.run(std::string{schema::statements::plan_by_index} + "; EXPLAIN " +
                                std::string{schema::statements::forget_suspects})) {
    plan += row[0].as<std::string>() + "\n";
  }
  EXPECT_EQ(plan.find("Seq Scan on event_publication"), std::string::npos) << plan;
  EXPECT_NE(plan.find("event_publication_pkey"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("Join"), std::string::npos) << plan;
}

}  // namespace
}  // namespace relay::store::outbox
