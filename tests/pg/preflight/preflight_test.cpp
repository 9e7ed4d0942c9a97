#include "relay/preflight/preflight.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <memory>

#include "projections/sql/sql_projection.hpp"
#include "tests/support/test_database.hpp"

namespace relay::preflight {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CheckedProjection checked(const std::string& sql) {
  std::shared_ptr<projections::SqlProjection> made = projections::sql_projection({sql});
  return {"board", [made](projections::Tx& tx) { return made->explain(tx); },
          projections::sql_warnings({sql})};
}

class Preflight : public ::testing::Test {
 protected:
  ~Preflight() override {
    if (role_made_) db_.run("DROP OWNED BY freshet_small; DROP ROLE freshet_small");
  }

  std::vector<std::string> inspect_all(const std::string& url,
                                       std::vector<CheckedProjection> projections = {}) {
    std::vector<std::string> sentences;
    findings_ = inspect({url,
                         {{"completion", "update"}, {"ordering", "key"}, {"lanes", "64"}},
                         std::move(projections)});
    for (const Finding& finding : findings_) sentences.push_back(finding.sentence);
    return sentences;
  }
  std::vector<std::string> inspect_sql(const std::string& sql) {
    return inspect_all(db_.url(), {checked(sql)});
  }
  /// The test's url with another user, who may log in and nothing else.
  std::string restricted_url() {
    db_.run("DROP ROLE IF EXISTS freshet_small; CREATE ROLE freshet_small LOGIN");
    role_made_ = true;
    return with_user("freshet_small");
  }
  std::string with_user(const std::string& user) const {
    const std::string& url = db_.url();
    return url.substr(0, url.find("//") + 2) + user + url.substr(url.find('@'));
  }

  std::vector<std::string> inspect_direct(const std::string& direct_url) {
    std::vector<std::string> sentences;
    findings_ = inspect({.conninfo = db_.url(),
                         .agreed = {{"completion", "update"}, {"ordering", "key"}, {"lanes", "64"}},
                         .projections = {},
                         .direct_conninfo = direct_url});
    for (const Finding& finding : findings_) sentences.push_back(finding.sentence);
    return sentences;
  }

  tests::TestDatabase db_;
  Findings findings_;
  bool role_made_ = false;
};

TEST_F(Preflight, AMigratedDatabaseIsFine) {
  EXPECT_THAT(inspect_sql("SELECT id FROM events"), IsEmpty());
}

TEST_F(Preflight, AnUnreachableHostIsOneSentenceWithoutThePassword) {
  const auto sentences = inspect_all("postgresql://relay:s3cret@127.0.0.1:1/app");
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_THAT(sentences[0], AllOf(HasSubstr("127.0.0.1"), HasSubstr("1"), HasSubstr("app"),
                                  HasSubstr("relay"), Not(HasSubstr("s3cret"))));
  EXPECT_TRUE(any_fault(findings_));
}

TEST_F(Preflight, AnUnknownDatabaseAndAnUnknownRoleAreNamed) {
  EXPECT_THAT(inspect_all(tests::server_url("no_such_database")),
              ElementsAre(HasSubstr("no_such_database")));
  EXPECT_THAT(inspect_all(with_user("nobody_knows")), ElementsAre(HasSubstr("nobody_knows")));
}

TEST_F(Preflight, AWrongPasswordIsOneSentenceWithoutIt) {
  if (std::getenv("FRESHET_PG_HOME") == nullptr) GTEST_SKIP() << "changes pg_hba.conf";
  const std::string file = db_.value("SHOW hba_file");
  db_.run(
      "COPY (VALUES ('host all freshet_locked 127.0.0.1/32 scram-sha-256'), ('local all all "
      "trust'), ('host all all 127.0.0.1/32 trust')) TO '" +
      file + "'");
  db_.run("DROP ROLE IF EXISTS freshet_locked; CREATE ROLE freshet_locked LOGIN PASSWORD 'right'");
  db_.run("SELECT pg_reload_conf()");
  const std::string url = with_user("freshet_locked:s3cret");
  std::vector<std::string> sentences;
  for (int i = 0; i < 100; ++i) {  // the server re-reads the file in its own time
    sentences = inspect_all(url);
    if (sentences.size() == 1 && sentences[0].find("authentication") != std::string::npos) break;
  }
  EXPECT_THAT(sentences, ElementsAre(AllOf(HasSubstr("password authentication failed"),
                                           HasSubstr("freshet_locked"), Not(HasSubstr("s3cret")))));
  db_.run("DROP ROLE freshet_locked");
}

TEST_F(Preflight, ADatabaseThatIsTooSlowIsOneSentenceAfterTheTimeItMayTake) {
  pqxx::connection other{db_.url()};
  pqxx::work holds_up{other};
  holds_up.exec("LOCK TABLE freshet_schema_history");
  const Findings findings = inspect({.conninfo = db_.url(), .time = std::chrono::seconds{1}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].sentence, HasSubstr("did not answer all checks within 1 s"));
  EXPECT_TRUE(any_fault(findings));
}

TEST_F(Preflight, AnEmptyDatabaseIsToldToMigrate) {
  const tests::TestDatabase empty{tests::TestDatabase::Kind::empty};
  EXPECT_THAT(inspect_all(empty.url()), ElementsAre(HasSubstr("freshet migrate")));
}

TEST_F(Preflight, AMissingTableIsNamedWithItsProjection) {
  EXPECT_THAT(inspect_sql("INSERT INTO board SELECT id FROM events"),
              ElementsAre(AllOf(HasSubstr("projection \"board\""),
                                HasSubstr("relation \"board\" does not exist"))));
  EXPECT_TRUE(any_fault(findings_));
}

TEST_F(Preflight, AMissingColumnIsNamed) {
  db_.run("CREATE TABLE board (id uuid)");
  EXPECT_THAT(inspect_sql("INSERT INTO board (nope) SELECT id FROM events"),
              ElementsAre(HasSubstr("nope")));
}

TEST_F(Preflight, AnUpsertWithoutOrderIsOnlyAWarning) {
  db_.run("CREATE TABLE board (id uuid PRIMARY KEY)");
  EXPECT_THAT(inspect_sql("INSERT INTO board SELECT id FROM events ON CONFLICT (id) DO NOTHING"),
              ElementsAre(HasSubstr("ORDER BY")));
  EXPECT_FALSE(any_fault(findings_));
}

TEST_F(Preflight, AUsersOwnEventsTableIsAFault) {
  db_.run("CREATE TABLE events (id int)");
  EXPECT_THAT(inspect_sql("SELECT id FROM events"), Contains(HasSubstr("events")));
  EXPECT_TRUE(any_fault(findings_));
}

TEST_F(Preflight, ASequenceWithACacheIsAFault) {
  db_.run("ALTER SEQUENCE event_publication_seq_seq CACHE 50");
  EXPECT_THAT(inspect_all(db_.url()),
              ElementsAre(AllOf(HasSubstr("CACHE 50"), HasSubstr("CACHE 1;"))));
}

TEST_F(Preflight, MissingPrivilegesComeWithTheGrantThatHeals) {
  const std::string url = restricted_url();
  db_.run(
      "GRANT SELECT ON ALL TABLES IN SCHEMA public TO freshet_small; GRANT SELECT ON SEQUENCE "
      "event_publication_seq_seq TO freshet_small");
  const auto before = inspect_all(url);
  EXPECT_THAT(before, Contains(HasSubstr("GRANT INSERT, UPDATE ON event_lane TO freshet_small;")));
  for (const std::string& sentence : before) {
    const auto at = sentence.find("GRANT ");
    ASSERT_NE(at, std::string::npos) << sentence;
    db_.run(sentence.substr(at));
  }
  EXPECT_THAT(inspect_all(url), IsEmpty());
}

TEST_F(Preflight, AReadModelWithoutAGrantIsNamed) {
  const std::string url = restricted_url();
  db_.run(
      "GRANT ALL ON ALL TABLES IN SCHEMA public TO freshet_small; GRANT ALL ON ALL SEQUENCES IN "
      "SCHEMA public TO freshet_small; CREATE TABLE board (id uuid)");
  EXPECT_THAT(inspect_all(url, {checked("INSERT INTO board SELECT id FROM events")}),
              ElementsAre(AllOf(HasSubstr("projection \"board\""),
                                HasSubstr("permission denied for table board"))));
}

TEST_F(Preflight, RowSecurityInTheWayIsAFault) {
  const std::string url = restricted_url();
  db_.run(
      "GRANT ALL ON ALL TABLES IN SCHEMA public TO freshet_small; GRANT ALL ON ALL SEQUENCES IN "
      "SCHEMA public TO freshet_small; ALTER TABLE event_publication ENABLE ROW LEVEL SECURITY");
  EXPECT_THAT(inspect_all(url), ElementsAre(HasSubstr("BYPASSRLS")));
}

TEST_F(Preflight, AReadOnlyDatabaseIsAFault) {
  db_.run("ALTER DATABASE " + db_.name() + " SET default_transaction_read_only = on");
  EXPECT_THAT(inspect_all(db_.url()), Contains(HasSubstr("read-only")));
}

TEST_F(Preflight, OtherSettingsInTheDatabaseAreAWarning) {
  db_.run("INSERT INTO freshet_setting VALUES ('completion', 'archive')");
  EXPECT_THAT(inspect_all(db_.url()), ElementsAre(HasSubstr("freshet settings --adopt")));
  EXPECT_FALSE(any_fault(findings_));
}

TEST_F(Preflight, ADirectUrlThatLeadsElsewhereIsAFaultAndOneThatLeadsNowhereAWarning) {
  EXPECT_THAT(inspect_direct(db_.url()), IsEmpty());
  const tests::TestDatabase other;
  EXPECT_THAT(inspect_direct(other.url()),
              ElementsAre(AllOf(HasSubstr("direct_url leads to another outbox (database "),
                                HasSubstr("point it at the same"))));
  EXPECT_TRUE(any_fault(findings_));
  const tests::TestDatabase empty{tests::TestDatabase::Kind::empty};
  EXPECT_THAT(inspect_direct(empty.url()),
              ElementsAre(HasSubstr("direct_url leads to a database without an outbox")));
  EXPECT_THAT(inspect_direct("host=127.0.0.1 port=1 dbname=x"),
              ElementsAre(HasSubstr("direct_url: cannot connect")));
  EXPECT_FALSE(any_fault(findings_));
}

}  // namespace
}  // namespace relay::preflight
