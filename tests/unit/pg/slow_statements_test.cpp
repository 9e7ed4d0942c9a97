#include "relay/pg/slow_statements.hpp"

#include <gtest/gtest.h>

#include "relay/pg/slow_lines.hpp"
#include "schema/statements.hpp"

namespace relay::pg {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;

std::string named(const std::vector<std::string_view>& statements) {
  StatementNames names;
  for (const std::string_view statement : statements) names.add(statement);
  return std::string{names.text()};
}

TEST(SlowStatements, AreCalledAsTheirFilesAre) {
  EXPECT_EQ(name_of(sql::keep_floors), "keep_floors");
  EXPECT_EQ(name_of(sql::begin), "begin");
  EXPECT_EQ(name_of("COMMIT"), "commit");
  EXPECT_EQ(name_of("SELECT 's3cret'"), "");
}

TEST(SlowStatements, OfAScriptAreNamedWithoutWhatSteersTheTransaction) {
  EXPECT_EQ(named({sql::begin, sql::limits, sql::claim_events}), "claim_events");
  EXPECT_EQ(named({sql::complete_update, sql::park_events, "COMMIT", sql::database_clock}),
            "complete_update+park_events+commit");
  EXPECT_EQ(named({sql::limits, sql::keep_floors, sql::keep_floors}), "keep_floors");
  EXPECT_EQ(named({sql::begin, sql::limits}), "begin") << "there is nothing else";
  EXPECT_EQ(named({"SELECT 's3cret'"}), "");
}

TEST(SlowStatements, OfWhichOneNameIsAPartOfAnotherAreBothNamed) {
  EXPECT_EQ(named({sql::guard_insert_new, sql::guard_insert}), "guard_insert_new+guard_insert");
}

TEST(SlowStatements, TooManyToBeNamedEndInDots) {
  StatementNames names;
  std::vector<std::string> all;
  for (int i = 0; i < 40; ++i) all.push_back("statement_" + std::to_string(i));
  for (const std::string& name : all) names.add_name(name);
  const std::string text{names.text()};
  EXPECT_TRUE(text.starts_with("statement_0+statement_1+")) << text;
  EXPECT_TRUE(text.ends_with("+…")) << text;
  EXPECT_LE(text.size(), 240U);
}

class SlowLinesOf : public testing::Test {
 protected:
  std::optional<std::int64_t> next(const std::string& database, const std::string& statement) {
    return lines_.next(database, statement, now_);
  }
  SlowLines lines_;
  SlowLines::Time now_{1h};
};

TEST_F(SlowLinesOf, OneStatementAreTenSecondsApartAndTellHowManyHadNone) {
  EXPECT_EQ(next("a", "claim_events"), 0);
  now_ += 5s;
  EXPECT_EQ(next("a", "claim_events"), std::nullopt);
  now_ += 4'999ms;
  EXPECT_EQ(next("a", "claim_events"), std::nullopt);
  now_ += 1ms;
  EXPECT_EQ(next("a", "claim_events"), 2);
  EXPECT_EQ(next("a", "claim_events"), std::nullopt);
  now_ += 10s;
  EXPECT_EQ(next("a", "claim_events"), 1) << "only those since the last line";
}

TEST_F(SlowLinesOf, AnotherStatementOrDatabaseDoNotWaitForEachOther) {
  EXPECT_EQ(next("a", "claim_events"), 0);
  EXPECT_EQ(next("b", "claim_events"), 0);
  EXPECT_EQ(next("a", "keep_floors"), 0);
  EXPECT_EQ(next("b", "claim_events"), std::nullopt);
}

TEST_F(SlowLinesOf, TooManyStatementsAreLeftOutUntilOthersAreForgotten) {
  for (std::size_t i = 0; i < SlowLines::most; ++i) {
    ASSERT_EQ(next("a", std::to_string(i)), 0);
  }
  EXPECT_EQ(next("a", "one too many"), std::nullopt);
  now_ += 9s;
  EXPECT_EQ(next("a", "one too many"), std::nullopt);
  EXPECT_EQ(next("a", "7"), std::nullopt);
  now_ += 1s;
  EXPECT_EQ(next("a", "one too many"), 0);
}

}  // namespace
}  // namespace relay::pg
