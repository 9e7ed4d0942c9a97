#include "relay/settings/catalogue.hpp"

#include <gmock/gmock.h>

#include "relay/settings/table.hpp"
#include "tests/unit/settings/catalogue_rows.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using tests::load_settings;
using tests::one_database;
using tests::settings_faults;

using tests::a_catalogue;

std::string query_line(const std::string& query) {
  return "[databases]\nurl = \"dbname=c\"\nquery = '''" + query + "'''\n";
}

TEST(CatalogueSettings, NeedNoDatabaseBesideThemAndFillInVariables) {
  const Settings settings = load_settings(
      "[databases]\nurl = \"dbname=c password=${DB_PASSWORD}\"\n"
      "query = \"SELECT 'x' AS name, 'password=${DB_PASSWORD}' AS url ; ; -- all\"\n");
  EXPECT_THAT(settings.databases, IsEmpty());
  ASSERT_TRUE(settings.catalogue);
  EXPECT_EQ(settings.catalogue->url, "dbname=c password=hunter2");
  EXPECT_EQ(settings.catalogue->query, "SELECT 'x' AS name, 'password=hunter2' AS url");
  EXPECT_EQ(settings.catalogue->refresh, std::chrono::seconds{10});
  EXPECT_EQ(load_settings(a_catalogue + "refresh_s = 86400\n").catalogue->refresh,
            std::chrono::hours{24});
  EXPECT_FALSE(load_settings(one_database).catalogue);
}

TEST(CatalogueSettings, ThatAreWrongAreRefusedWithTheirLine) {
  EXPECT_THAT(settings_faults("[databases]\nrefresh_s = 0\nquerry = \"\"\n"),
              ElementsAre("1: [databases] needs \"url\"", "1: [databases] needs \"query\"",
                          "2: [databases] refresh_s must be from 1 to 86400, not 0",
                          "3: [databases] has no setting \"querry\"; did you mean \"query\"?"));
  EXPECT_THAT(settings_faults("[databases]\nurl = \"s3cret\"\nquery = \"\"\n"),
              ElementsAre(AllOf(StartsWith("2: [databases] url: "), Not(HasSubstr("s3cret"))),
                          "3: [databases] query must not be empty"));
  EXPECT_THAT(settings_faults("[[databases]]\nname = \"a\"\n"),
              ElementsAre("1: \"databases\" is a section: write [databases] for a query that "
                          "finds databases, [[database]] for one of them"));
}

TEST(CatalogueSettings, HaveAQueryThatIsOneStatementToReadFrom) {
  for (const char* fine : {"SELECT ';' AS name", "with a as (select 1) select * from a;",
                           "TABLE tenants", "VALUES ('a', 'b')", "(SELECT 1)"}) {
    EXPECT_THAT(settings_faults(query_line(fine)), IsEmpty()) << fine;
  }
  const std::map<std::string, std::string> wrong = {
      {" -- nothing\n;", "must not be empty"},
      {"SELECT 's3cret'; SELECT 2", "must be one statement, not several"},
      {"DELETE FROM s3cret", "must be a statement that is only read from"},
      {"COMMIT", "must be a statement that is only read from"},
      {"SELECT 1) AS a; --", "closes a parenthesis that it does not open"},
      {"SELECT $1", "must not have parameters such as $1"},
      {"SELECT 's3cret", "ends inside a string, a quoted name or a comment"}};
  for (const auto& [query, why] : wrong) {
    EXPECT_THAT(
        settings_faults(query_line(query)),
        ElementsAre(AllOf(StartsWith("3: [databases] query " + why), Not(HasSubstr("s3cret")))))
        << query;
  }
}

}  // namespace
}  // namespace relay::settings
