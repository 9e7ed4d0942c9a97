#include "relay/preflight/outbox_identity.hpp"

#include <gmock/gmock.h>

namespace relay::preflight {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const OutboxIdentity app{.system_identifier = "71",
                         .server_start = "2024-05-01 10:00:00.000001",
                         .database = "app",
                         .schema = "public",
                         .role = "relay"};

/// As a role sees it that may not read the cluster's identifier.
OutboxIdentity hidden(OutboxIdentity identity) {
  identity.system_identifier.clear();
  return identity;
}

/// What is said of those that are the outbox of one before them, behind their names.
std::vector<std::string> refused(const std::vector<NamedOutbox>& outboxes) {
  std::vector<std::string> all;
  for (auto one = outboxes.begin(); one != outboxes.end(); ++one) {
    for (const Finding& finding : compare_outbox(*one, {outboxes.begin(), one})) {
      EXPECT_EQ(finding.severity, Finding::Severity::fault);
      all.push_back(one->name + ": " + finding.sentence);
    }
  }
  return all;
}

TEST(OutboxIdentity, OneOutboxUnderTwoNamesIsRefusedByName) {
  EXPECT_THAT(refused({{"a", app}}), IsEmpty());
  EXPECT_THAT(refused({{"a", app}, {"b", app}}),
              ElementsAre("b: it is the same outbox as \"a\" (system identifier 71, database app, "
                          "schema public); remove one of them"));
}

TEST(OutboxIdentity, EachIsHeldAgainstTheFirstOfItsKind) {
  OutboxIdentity other = app;
  other.schema = "billing";
  EXPECT_THAT(refused({{"a", app}, {"b", other}, {"c", app}, {"d", other}, {"e", app}}),
              ElementsAre(HasSubstr("c: it is the same outbox as \"a\""),
                          HasSubstr("d: it is the same outbox as \"b\""),
                          HasSubstr("e: it is the same outbox as \"a\"")));
}

TEST(OutboxIdentity, ThatComesLaterIsHeldAgainstThoseThatAreThere) {
  OutboxIdentity other = app;
  other.database = "app2";
  const std::vector<NamedOutbox> there = {{"a", hidden(app)}, {"b", other}};
  const Findings same = compare_outbox({"c", other}, there);
  ASSERT_EQ(same.size(), 1U) << "of the one that it is, and no warning of the others";
  EXPECT_THAT(same[0].sentence, HasSubstr("it is the same outbox as \"b\""));
  EXPECT_TRUE(any_fault(same));
  OutboxIdentity third = app;
  third.database = "app3";
  EXPECT_THAT(compare_outbox({"c", third}, there), IsEmpty());
}

TEST(OutboxIdentity, AnotherSchemaDatabaseOrClusterIsAnotherOutbox) {
  OutboxIdentity schema = app;
  schema.schema = "billing";
  OutboxIdentity database = app;
  database.database = "app2";
  OutboxIdentity cluster = app;
  cluster.system_identifier = "72";
  EXPECT_THAT(refused({{"a", app}, {"b", schema}, {"c", database}, {"d", cluster}}), IsEmpty());
}

TEST(OutboxIdentity, OfAClusterIsTheSameAcrossAStartOfItsServer) {
  OutboxIdentity later = app;
  later.server_start = "2024-05-02 10:00:00.000001";
  EXPECT_EQ(refused({{"a", app}, {"b", later}}).size(), 1U);
}

TEST(OutboxIdentity, WithoutTheClustersIdentifierIsToldByTheServersStart) {
  EXPECT_THAT(refused({{"a", app}, {"b", hidden(app)}}),
              ElementsAre("b: it is the same outbox as \"a\" (a server started at 2024-05-01 "
                          "10:00:00.000001 UTC, database app, schema public); remove one of "
                          "them"));
  OutboxIdentity elsewhere = hidden(app);
  elsewhere.server_start = "2024-05-01 10:00:00.000002";
  EXPECT_THAT(refused({{"a", hidden(app)}, {"b", elsewhere}}), IsEmpty());
}

TEST(OutboxIdentity, ThatRestsOnTheServersStartIsAWarningWithItsGrantWhereThereAreSeveral) {
  OutboxIdentity schema = app;
  schema.schema = "billing";
  EXPECT_THAT(told_by_start({{"a", hidden(app)}}), IsEmpty());
  const Findings told = told_by_start({{"a", schema}, {"b", hidden(app)}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].severity, Finding::Severity::warning);
  EXPECT_THAT(told[0].sentence,
              AllOf(HasSubstr("database \"b\": whether it is another's outbox"),
                    HasSubstr("GRANT EXECUTE ON FUNCTION pg_control_system() TO relay;")));
}

}  // namespace
}  // namespace relay::preflight
