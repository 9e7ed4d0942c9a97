#include <gmock/gmock.h>

#include "relay/operate/migrate/migrate.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/preflight/preflight.hpp"
#include "tests/support/role.hpp"

namespace relay::preflight {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A name that every layer would take apart if it could.
const std::string odd = "the \"other\" o\\ne, it's";

class OutboxPlace : public ::testing::Test {
 protected:
  void migrate(const std::string& schema) {
    pg::Connection connection{pg::with_search_path(db_.url(), {schema})};
    operate::migrate(connection, [](auto, auto, auto, auto) {});
  }
  std::vector<std::string> inspect_all(const std::string& url, const std::string& schema) {
    outbox_.reset();
    std::vector<std::string> sentences;
    for (const Finding& finding :
         inspect({.conninfo = url,
         .agreed = {{"completion", "update"}, {"ordering", "key"}, {"lanes", "64"}},
         .projections = {},
         .schema = schema},
                 &outbox_)) {
      sentences.push_back(finding.sentence);
    }
    return sentences;
  }
  [[nodiscard]] std::string url_to(const std::string& schema) const {
    return pg::with_search_path(db_.url(), {schema, "public"});
  }

  tests::TestDatabase db_;
  std::optional<OutboxIdentity> outbox_;
};

TEST_F(OutboxPlace, ThatTheUrlLeadsToIsFineAndKnown) {
  db_.run("CREATE SCHEMA \"the \"\"other\"\" o\\ne, it's\"");
  migrate(odd);
  EXPECT_THAT(inspect_all(url_to(odd), odd), IsEmpty());
  ASSERT_TRUE(outbox_);
  EXPECT_EQ(outbox_->schema, odd);
  EXPECT_EQ(outbox_->database, db_.name());
  EXPECT_EQ(outbox_->system_identifier,
            db_.value("SELECT system_identifier FROM pg_control_system()"));
  const OutboxIdentity there = *outbox_;
  EXPECT_THAT(inspect_all(db_.url(), ""), IsEmpty());
  EXPECT_EQ(outbox_->schema, "public");
  const std::vector<NamedOutbox> first = {{"a", there}};
  EXPECT_THAT(compare_outbox({"b", *outbox_}, first), IsEmpty());
  EXPECT_THAT(compare_outbox({"b", there}, first), testing::SizeIs(1));
}

TEST_F(OutboxPlace, ThatIsNotThereComesWithTheStatementThatMakesIt) {
  EXPECT_THAT(inspect_all(url_to("billing"), "billing"),
              ElementsAre(AllOf(HasSubstr("there is no schema billing in database " + db_.name()),
                                HasSubstr("CREATE SCHEMA \"billing\";"))));
  EXPECT_FALSE(outbox_);
}

TEST_F(OutboxPlace, WithoutAnOutboxIsNotTakenForPublicWhichHasOne) {
  db_.run("CREATE SCHEMA billing");
  EXPECT_THAT(inspect_all(url_to("billing"), "billing"),
              ElementsAre(AllOf(HasSubstr("the schema billing has no event_publication, and that "
                                          "of the schema public is not meant"),
                                HasSubstr("freshet migrate"))));
  EXPECT_FALSE(outbox_);
}

TEST_F(OutboxPlace, ThatAPoolerHasDroppedComesWithWhatToDo) {
  db_.run("CREATE SCHEMA billing");
  migrate("billing");
  EXPECT_THAT(inspect_all(db_.url(), "billing"),
              ElementsAre(AllOf(HasSubstr("the settings say schema billing"), HasSubstr("a pooler"),
                                HasSubstr("ALTER ROLE "),
                                HasSubstr(" SET search_path = \"billing\", public;"))));
}

TEST_F(OutboxPlace, MissingRightsComeWithGrantsThatNameTheSchema) {
  db_.run("CREATE SCHEMA billing");
  migrate("billing");
  const tests::Role role{db_, "place"};
  const std::string url = pg::with_search_path(role.url(tests::Role::password), {"billing"});
  const auto closed = inspect_all(url, "billing");
  ASSERT_THAT(closed, ElementsAre(HasSubstr("GRANT USAGE ON SCHEMA \"billing\" TO ")));
  const auto heal = [&](const std::vector<std::string>& sentences) {
    for (const std::string& sentence : sentences) db_.run(sentence.substr(sentence.find("GRANT ")));
  };
  heal(closed);
  db_.run("GRANT SELECT ON ALL TABLES IN SCHEMA billing TO " + role.name() +
          "; GRANT SELECT ON SEQUENCE billing.event_publication_seq_seq TO " + role.name());
  const auto poor = inspect_all(url, "billing");
  EXPECT_THAT(poor, Contains(HasSubstr("GRANT INSERT, UPDATE ON \"billing\".event_lane TO ")));
  for (const std::string& sentence : poor) {
    ASSERT_THAT(sentence, HasSubstr("GRANT "));
  }
  heal(poor);
  const auto healed = inspect_all(url, "billing");
  EXPECT_THAT(healed, IsEmpty());
}

TEST_F(OutboxPlace, IsKnownByTheServersStartToWhoMayNotReadTheClustersIdentifier) {
  const tests::Role role{db_, "blind"};
  role.grant_as_the_readme_says();
  db_.run("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  EXPECT_THAT(inspect_all(role.url(tests::Role::password), ""),
              Not(Contains(HasSubstr("which outbox it is"))));
  ASSERT_TRUE(outbox_);
  EXPECT_EQ(outbox_->system_identifier, "");
  const OutboxIdentity blind = *outbox_;
  (void)inspect_all(db_.url(), "");
  ASSERT_TRUE(outbox_);
  EXPECT_NE(outbox_->system_identifier, "");
  const std::vector<NamedOutbox> first = {{"a", *outbox_}};
  EXPECT_TRUE(any_fault(compare_outbox({"b", blind}, first)));
}

}  // namespace
}  // namespace relay::preflight
