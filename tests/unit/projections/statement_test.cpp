#include "projections/sql/statement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/sql/sql_projection.hpp"
#include "projections/sql/tokens.hpp"
#include "projections/sql/transaction_command.hpp"

namespace {

using projections::sql::compile;
using projections::sql::tokens_of;
using projections::sql::transaction_command_in;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> texts(std::string_view sql) {
  std::vector<std::string> found;
  for (const auto& token : tokens_of(sql)) found.emplace_back(token.text);
  return found;
}

TEST(Tokens, LeaveOutCommentsAlsoNestedOnes) {
  EXPECT_THAT(texts("a -- ; COMMIT\n b /* x /* ; */ ' */ c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts("a--"), ElementsAre("a"));
}

TEST(Tokens, KeepEveryKindOfStringWhole) {
  EXPECT_THAT(texts("'it''s;' E'a\\'; b' U&'x' B'1' \"a\"\";\""),
              ElementsAre("'it''s;'", "E'a\\'; b'", "U&'x'", "B'1'", "\"a\"\";\""));
  EXPECT_THAT(texts("$$;$$ $q$ $$ ' $x$ $q$ $1"), ElementsAre("$$;$$", "$q$ $$ ' $x$ $q$", "$1"));
  EXPECT_THAT(texts("'back\\' x"), ElementsAre("'back\\'", "x"));
}

TEST(Tokens, FollowAStringBehindALineBreakWithTheSameEscapes) {
  EXPECT_THAT(texts("E'a' -- c\n 'b\\';' x"), ElementsAre("E'a' -- c\n 'b\\';'", "x"));
  EXPECT_THAT(texts("'a' 'b'"), ElementsAre("'a'", "'b'"));
}

TEST(Tokens, TakeADollarInsideAWordAsPartOfIt) {
  EXPECT_THAT(texts("a$b$c;d$1"), ElementsAre("a$b$c", ";", "d$1"));
}

TEST(Tokens, RefuseWhatDoesNotEnd) {
  for (const auto* sql : {"'a", "E'a\\'", "\"a", "/* /* */", "$a$ $b$", "'a''"}) {
    EXPECT_THROW((void)tokens_of(sql), projections::sql::UnterminatedError) << sql;
  }
}

TEST(Statement, PutsTheEventsInFront) {
  const auto statement = compile(" -- why\n INSERT INTO t SELECT id FROM events; -- done");
  EXPECT_THAT(statement.faults, IsEmpty());
  EXPECT_THAT(statement.text, StartsWith("WITH events AS MATERIALIZED ("));
  EXPECT_THAT(statement.text, EndsWith("\nINSERT INTO t SELECT id FROM events"));
}

TEST(Statement, MergesIntoAWithOfItsOwn) {
  const auto with = compile("/* a */ with -- b\n x AS (SELECT 1) SELECT * FROM x, events");
  EXPECT_THAT(with.text, StartsWith("WITH events AS"));
  EXPECT_THAT(with.text, HasSubstr(", -- b\n x AS (SELECT 1)"));
  const auto recursive = compile("WITH/**/RECURSIVE x AS (SELECT 1) TABLE x");
  EXPECT_THAT(recursive.text, StartsWith("WITH RECURSIVE events AS"));
}

std::string fault_of(std::string_view sql) {
  const auto faults = compile(sql).faults;
  return faults.empty() ? "" : faults.front();
}

TEST(Statement, RefusesWhatIsNoWorkOverABatch) {
  EXPECT_THAT(fault_of("COMMIT"), HasSubstr("COMMIT is refused"));
  EXPECT_THAT(fault_of("/* SELECT */ savepoint x"), HasSubstr("savepoint is refused"));
  EXPECT_THAT(fault_of("DROP TABLE t"), HasSubstr("not with DROP"));
  EXPECT_THAT(fault_of("SELECT 1; SELECT 2"), HasSubstr("as a list"));
  EXPECT_THAT(fault_of("SELECT $1"), HasSubstr("parameter $1"));
  EXPECT_THAT(fault_of("SELECT 'a"), HasSubstr("ends inside a string"));
  for (const auto* empty : {"", "  ", ";;", "-- nothing"}) {
    EXPECT_EQ(fault_of(empty), "the statement is empty") << empty;
  }
  EXPECT_EQ(fault_of("SELECT '; COMMIT; $1' FROM events"), "");
}

TEST(Statement, RefusesAWithThatDefinesEvents) {
  EXPECT_THAT(fault_of("WITH events AS (SELECT 1) SELECT 1"), HasSubstr("WITH defines events"));
  EXPECT_THAT(fault_of("WITH a AS (SELECT 1), \"events\"(x) AS (SELECT 1) SELECT 1"),
              HasSubstr("WITH defines events"));
  EXPECT_EQ(fault_of("WITH a AS (SELECT 1) SELECT 1 FROM a, events"), "");
}

TEST(Statement, WarnsOfAnUpsertThatIsNotOrdered) {
  const auto warnings = [](std::string_view sql) { return compile(sql).warnings; };
  EXPECT_THAT(warnings("INSERT INTO t SELECT g, array_agg(x ORDER BY seq) FROM events GROUP BY g "
                       "ON CONFLICT DO NOTHING"),
              ElementsAre(HasSubstr("no ORDER BY")));
  EXPECT_THAT(warnings("INSERT INTO t SELECT g FROM events ORDER BY g ON CONFLICT DO NOTHING"),
              IsEmpty());
  EXPECT_THAT(warnings("WITH a AS (INSERT INTO t SELECT g FROM events ORDER BY 1 ON CONFLICT DO "
                       "NOTHING) INSERT INTO u SELECT g FROM events ON CONFLICT DO NOTHING"),
              ElementsAre(HasSubstr("no ORDER BY")));
  EXPECT_THAT(warnings("DELETE FROM t"), ElementsAre(HasSubstr("never reads from events")));
}

TEST(Statement, ListsTheFaultsOfAllStatementsWithTheirNumbers) {
  EXPECT_THAT(
      projections::sql_faults({"SELECT 1 FROM events", "COMMIT", ""}),
      ElementsAre(StartsWith("statement 2: COMMIT"), "statement 3: the statement is empty"));
  EXPECT_THAT(projections::sql_faults({}), ElementsAre("there is no SQL statement"));
}

TEST(TransactionCommand, IsFoundBehindCommentsAndOtherStatements) {
  EXPECT_EQ(transaction_command_in("/* a */ commit"), "COMMIT");
  EXPECT_EQ(transaction_command_in("SELECT ';'; END"), "END");
  EXPECT_EQ(transaction_command_in("ROLLBACK WORK"), "ROLLBACK");
  EXPECT_EQ(transaction_command_in("PREPARE TRANSACTION 'x'"), "PREPARE");
  EXPECT_EQ(transaction_command_in("ROLLBACK WORK TO SAVEPOINT s"), std::nullopt);
  EXPECT_EQ(transaction_command_in("SAVEPOINT s; RELEASE s"), std::nullopt);
  EXPECT_EQ(transaction_command_in("SELECT 'COMMIT' AS \"BEGIN\" -- ; COMMIT"), std::nullopt);
}

}  // namespace
