#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

#include "relay/preflight/preflight.hpp"
#include "tests/support/role.hpp"
#include "tests/support/test_database.hpp"

namespace relay::preflight {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What preflight says of sessions; a role of its own, since superusers are held to no limit.
class PreflightSessions : public ::testing::Test {
 protected:
  PreflightSessions() { role_.grant_as_the_readme_says(); }

  std::vector<std::string> inspect_as(const std::string& url, const SessionBudget& budget) {
    const Findings findings = inspect({.conninfo = url, .sessions = budget});
    EXPECT_FALSE(any_fault(findings)) << "a relay works with less";
    std::vector<std::string> sentences;
    for (const Finding& finding : findings) sentences.push_back(finding.sentence);
    return sentences;
  }
  std::vector<std::string> inspect_all(const SessionBudget& budget) {
    return inspect_as(role_.url(tests::Role::password), budget);
  }
  /// Runs the statement that the only sentence ends with.
  void heed(const std::vector<std::string>& sentences) {
    ASSERT_EQ(sentences.size(), 1U);
    const auto at = sentences[0].find("run: ");
    ASSERT_NE(at, std::string::npos) << sentences[0];
    db_.run(sentences[0].substr(at + 5));
  }
  void limit_role(int sessions) {
    db_.run("ALTER ROLE " + role_.name() + " CONNECTION LIMIT " + std::to_string(sessions));
  }
  void limit_database(int sessions) {
    db_.run("ALTER DATABASE " + db_.name() + " CONNECTION LIMIT " + std::to_string(sessions));
  }
  /// What the server gives to others than superusers.
  int given() const {
    return static_cast<int>(
        db_.number("SELECT current_setting('max_connections')::int - "
                   "current_setting('superuser_reserved_connections')::int - "
                   "coalesce(current_setting('reserved_connections', true)::int, 0)"));
  }

  tests::TestDatabase db_;
  tests::Role role_{db_, "sessions"};
};

TEST_F(PreflightSessions, ABudgetThatTheServerGivesIsFine) {
  EXPECT_THAT(inspect_all({given(), given(), given()}), IsEmpty());
}

TEST_F(PreflightSessions, ABudgetThatTheServerCannotGiveIsAWarningWithTheNumbers) {
  EXPECT_THAT(inspect_all({.on_server = given() + 1}),
              ElementsAre(AllOf(HasSubstr("gives " + std::to_string(given()) + " session(s)"),
                                HasSubstr("max_connections = " + db_.value("SHOW max_connections")),
                                HasSubstr("fewer than the " + std::to_string(given() + 1)),
                                HasSubstr("[relay] connections"))));
}

TEST_F(PreflightSessions, ABudgetThatAnotherDatabasesCheckTellsOfIsNotToldAgain) {
  EXPECT_THAT(inspect_all({.here = given() + 1}), IsEmpty());
}

TEST_F(PreflightSessions, ARolesLimitBelowTheBudgetIsAWarningWithTheStatementThatHeals) {
  limit_role(10);
  const SessionBudget budget{11, 11, 11};
  const auto sentences = inspect_all(budget);
  EXPECT_THAT(sentences,
              ElementsAre(AllOf(HasSubstr("role " + role_.name() + " may have 10 session(s)"),
                                HasSubstr("fewer than the 11"))));
  heed(sentences);
  EXPECT_THAT(inspect_all(budget), IsEmpty());
}

TEST_F(PreflightSessions, ADatabasesLimitBelowItsShareIsAWarningWithTheStatementThatHeals) {
  limit_database(10);
  EXPECT_THAT(inspect_all({10, 40, 40}), IsEmpty());
  const SessionBudget budget{11, 40, 40};
  const auto sentences = inspect_all(budget);
  EXPECT_THAT(sentences,
              ElementsAre(AllOf(HasSubstr("database " + db_.name() + " may have 10 session(s)"),
                                HasSubstr("fewer than the 11"))));
  heed(sentences);
  EXPECT_THAT(inspect_all(budget), IsEmpty());
}

TEST_F(PreflightSessions, ALimitBelowThreeIsToldWhateverTheBudget) {
  limit_role(2);
  const SessionBudget budget{1, 1, 1};
  const auto sentences = inspect_all(budget);
  EXPECT_THAT(sentences,
              ElementsAre(AllOf(HasSubstr("may have 2 session(s)"), HasSubstr("a relay needs 3"))));
  heed(sentences);
  EXPECT_THAT(inspect_all(budget), IsEmpty());
}

TEST_F(PreflightSessions, ASuperuserIsHeldToNoLimitOfTheDatabase) {
  limit_database(2);
  EXPECT_THAT(inspect_as(db_.url(), {40, 40, 40}), IsEmpty());
}

TEST_F(PreflightSessions, ADatabaseThatIsNotMigratedIsCheckedAllTheSame) {
  const tests::TestDatabase empty{tests::TestDatabase::Kind::empty};
  const Findings findings =
      inspect({.conninfo = empty.url(), .sessions = {.on_server = given() + 1}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[0].sentence, HasSubstr("max_connections"));
  EXPECT_THAT(findings[1].sentence, HasSubstr("freshet migrate"));
}

}  // namespace
}  // namespace relay::preflight
