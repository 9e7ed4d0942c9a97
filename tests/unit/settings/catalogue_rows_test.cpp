#include "relay/settings/catalogue.hpp"

#include <gmock/gmock.h>

#include "relay/settings/table.hpp"
#include "tests/unit/settings/catalogue_rows.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using tests::load_settings;
using tests::one_database;

using tests::a_catalogue;
using tests::faults_of_row;
using tests::row_of;
using tests::where;

TEST(CatalogueRows, SayWhatATableOfTheFileWouldSay) {
  const CatalogueRow everything = {{"direct_url", "dbname=direct"},
                                   {"schema", "bill ing"},
                                   {"listen", "true"},
                                   {"projections", "a, b*"},
                                   {"batch_size", "7"},
                                   {"completion", "archive"},
                                   {"ordering", "none"},
                                   {"synchronous_commit", "false"},
                                   {"poll_min_ms", "5"},
                                   {"poll_max_ms", "20"},
                                   {"payload_max_bytes", "1000"},
                                   {"batch_max_bytes", "2000"},
                                   {"statement_timeout_ms", "5000"},
                                   {"handler_timeout_ms", "300"},
                                   {"lock_timeout_ms", "200"},
                                   {"stuck_exit_s", "8"},
                                   {"pinned_after_s", "60"},
                                   {"slow_query_ms", "250"},
                                   {"connect_timeout_ms", "3000"},
                                   {"acquire_timeout_ms", "700"},
                                   {"idle_timeout_s", "40"},
                                   {"breaker_failures", "3"},
                                   {"breaker_pause_ms", "2000"},
                                   {"connections", "9"},
                                   {"connections_min", "2"},
                                   {"retention_guards_days", "9"},
                                   {"retention_completed_days", "3"},
                                   {"retention_archive_days", "30"},
                                   {"retention_operator_log_days", "12"}};
  const std::string in_the_file =
      "[[database]]\nname = \"one\"\nurl = \"dbname=one\"\ndirect_url = \"dbname=direct\"\n"
      "schema = \"bill ing\"\nlisten = true\nprojections = [\"a\", \"b*\"]\nbatch_size = "
      "7\ncompletion = \"archive\"\n"
      "ordering = \"none\"\nsynchronous_commit = false\npoll_min_ms = 5\npoll_max_ms = 20\n"
      "payload_max_bytes = 1000\nbatch_max_bytes = 2000\nstatement_timeout_ms = 5000\n"
      "handler_timeout_ms = 300\nlock_timeout_ms = 200\nstuck_exit_s = 8\npinned_after_s = 60\n"
      "slow_query_ms = 250\nconnect_timeout_ms = 3000\nacquire_timeout_ms = 700\n"
      "idle_timeout_s = 40\nbreaker_failures = 3\nbreaker_pause_ms = 2000\nconnections = 9\n"
      "connections_min = 2\n[database.retention]\nguards_days = 9\ncompleted_days = "
      "3\narchive_days = 30\n"
      "operator_log_days = 12\n";
  const Settings settings = load_settings(in_the_file);
  const Database database = database_of(row_of("one", everything), 1, settings, where({}));
  EXPECT_EQ(database, settings.databases[0]);
  EXPECT_THAT(database.url, HasSubstr("search_path=\"bill\\\\ ing\",\"public\""));
  for (const Row<Database>& row : database_rows()) {
    const bool said = everything.contains(row.name) || row.required || row.name == "retention";
    EXPECT_TRUE(said) << row.name << " is a setting that this test should say";
  }
}

// Also limits that follow from others: those of [relay] as it says them, not as they nest there.
TEST(CatalogueRows, StandUponRelayAndRetentionAsATableOfTheFile) {
  const std::map<std::string, CatalogueRow> cases = {
      {"", {}},
      {"statement_timeout_ms = 9000\n", {{"statement_timeout_ms", "9000"}}},
      {"statement_timeout_ms = 2000\n", {{"statement_timeout_ms", "2000"}}},
      {"handler_timeout_ms = 1500\n", {{"handler_timeout_ms", "1500"}}}};
  for (const std::string relay :
       {"", "[relay]\nbatch_size = 9\nstatement_timeout_ms = 4000\n[retention]\narchive_days = 8\n",
        "[relay]\ndrain_s = 20\nlock_timeout_ms = 700\n"}) {
    for (const auto& [more, row] : cases) {
      const Settings settings = load_settings(relay + one_database + more);
      CatalogueRow whole = row_of("main", row);
      whole["url"] = "dbname=app";
      whole["poll_max_ms"] = std::nullopt;
      EXPECT_EQ(database_of(whole, 1, settings, where({})), settings.databases[0]) << relay << more;
    }
  }
}

TEST(CatalogueRows, GoBehindVariablesOfTheEnvironment) {
  const Settings settings = load_settings(a_catalogue);
  const Database database =
      database_of(row_of("main-db", {{"url", std::nullopt}, {"batch_size", "70000"}}), 1, settings,
                  where({{"FRESHET_DATABASE_MAIN_DB_URL", "dbname=there"},
                         {"FRESHET_DATABASE_MAIN_DB_BATCH_SIZE", "7"},
                         {"FRESHET_DATABASE_MAIN_DB_RETENTION_ARCHIVE_DAYS", "12"}}));
  EXPECT_EQ(database.url, "dbname=there");
  EXPECT_EQ(database.batch_size, 7);
  EXPECT_EQ(database.retention.archive_days, 12);
}

TEST(CatalogueRows, ThatAreWrongSayWhichDatabaseAndColumn) {
  EXPECT_THAT(
      faults_of_row(row_of("x", {{"batch_size", "0"},
                                 {"listen", "yes"},
                                 {"completion", "updat"},
                                 {"poll_min_ms", "7x"},
                                 {"retention_guards_days", "3"}})),
      ElementsAre(
          "the catalogue's database \"x\": listen must be true or false, not \"yes\"",
          "the catalogue's database \"x\": batch_size must be from 1 to 10000, not 0",
          "the catalogue's database \"x\": completion must be one of \"update\", \"delete\", "
          "\"archive\", not \"updat\"; did you mean \"update\"?",
          "the catalogue's database \"x\": poll_min_ms must be a whole number, not \"7x\"",
          StartsWith("the catalogue's database \"x\": retention_guards_days must be 0 (for ever) "
                     "or at least 7, not 3")));
  EXPECT_THAT(faults_of_row(row_of("x", {{"url", std::nullopt}})),
              ElementsAre("the catalogue's database \"x\": url must not be missing or NULL"));
  EXPECT_THAT(faults_of_row(row_of("x", {{"url", ""}})),
              ElementsAre("the catalogue's database \"x\": url must not be empty"));
  EXPECT_THAT(faults_of_row({{"name", std::nullopt}, {"url", "dbname=x"}}),
              ElementsAre("the catalogue's row 7: name must not be missing or NULL"));
  EXPECT_THAT(faults_of_row(row_of("x y", {{"url", "dbname=x"}})),
              ElementsAre(StartsWith("the catalogue's database \"x y\": name must be a letter")));
}

TEST(CatalogueRows, KeepTheRulesOfTheFile) {
  EXPECT_THAT(
      faults_of_row(row_of("x", {{"statement_timeout_ms", "9000"}, {"poll_min_ms", "200"}}),
                    "[relay]\ndrain_s = 12\n"),
      ElementsAre(StartsWith("the catalogue's database \"x\": statement_timeout_ms (9000 ms) needs "
                             "a drain_s of at least 13500 ms, which is 12000 ms"),
                  StartsWith("the catalogue's database \"x\": poll_min_ms (200 ms) must not be "
                             "longer than poll_max_ms")));
  EXPECT_THAT(faults_of_row(row_of("x", {{"statement_timeout_ms", "6000"}}),
                            "[kafka]\nbrokers = \"k:9092\"\n"),
              ElementsAre(StartsWith("the catalogue's database \"x\": [kafka] timeout_ms (8000 ms) "
                                     "must be shorter than its statement_timeout_ms (6000 ms)")));
}

TEST(CatalogueRows, HaveNoMoreSessionsThanThereAreAndKeepOnlyWhatLeavesOneForAllOthers) {
  const std::string four = "[relay]\nconnections = 4\n";
  EXPECT_THAT(faults_of_row(row_of("a", {{"connections", "9"}}), four),
              ElementsAre("the catalogue's database \"a\": connections (9) must not be more than "
                          "[relay] connections (4)"));
  EXPECT_THAT(
      faults_of_row(row_of("a", {{"connections", "2"}, {"connections_min", "3"}}), four),
      ElementsAre("the catalogue's database \"a\": connections_min (3) must not be more than its "
                  "connections (2)"));
  const auto keeps = [](const std::string& name, const std::string& sessions) {
    return row_of(name, {{"connections_min", sessions}});
  };
  const Settings settings = load_settings(
      four + "[[database]]\nname = \"file\"\nurl = \"dbname=f\"\nconnections_min = 1\n" +
      a_catalogue);
  const CatalogueContents contents =
      databases_of({keeps("a", "3"), keeps("b", "2"), keeps("c", "1"), row_of("d")}, {"file"},
                   settings, where({}));
  EXPECT_THAT(contents.databases,
              ElementsAre(Field(&Database::name, "b"), Field(&Database::name, "d")));
  EXPECT_THAT(contents.refused,
              ElementsAre(Field(&RefusedRow::sentence,
                                "the catalogue's database \"a\": connections_min (3) does not "
                                "fit: [relay] connections (4) must be more than what is kept for "
                                "single databases, which would be 4"),
                          Field(&RefusedRow::sentence, HasSubstr("\"c\": connections_min (1)"))));
}

TEST(CatalogueRows, NeverShowAUrlNotEvenInAColumnWhereNoneBelongs) {
  for (const std::string url : {"postgresql://u:s3cret@h/db", "host=h password=s3cret"}) {
    for (const Row<Database>& row : database_rows()) {
      if (row.name == "retention") continue;
      CatalogueRow wrong = row_of("x");
      wrong[row.name] = row.name.ends_with("url") ? "s3cret" : url;
      for (const std::string& fault : faults_of_row(wrong)) {
        EXPECT_THAT(fault, AllOf(HasSubstr(row.name), Not(HasSubstr("s3cret"))));
      }
      EXPECT_THAT(faults_of_row(wrong), Not(IsEmpty())) << row.name;
    }
    const CatalogueContents contents =
        databases_of({row_of(url)}, {}, load_settings(a_catalogue), where({}));
    ASSERT_EQ(contents.refused.size(), 1U);
    EXPECT_EQ(contents.refused[0].name, "");
    EXPECT_EQ(contents.refused[0].sentence,
              "the catalogue's row 1: name holds what looks like an address, and is not shown; do "
              "the columns of the query stand in their order?");
  }
}

TEST(CatalogueContents, LeaveOutRowsThatAreWrongAndNamesThatAreTaken) {
  CatalogueRow first = row_of("b");
  first["batch_size"] = "1";
  const CatalogueRow nameless = {{"name", std::nullopt}, {"url", "dbname=x"}};
  const auto contents =
      databases_of({first, row_of("main"), row_of("b"), row_of("c", {{"batch_size", "0"}}),
                    nameless, nameless, row_of("d")},
                   {"main"}, load_settings(one_database + a_catalogue), where({}));
  ASSERT_EQ(contents.databases.size(), 2U);
  EXPECT_EQ(contents.databases[0].name, "b");
  EXPECT_EQ(contents.databases[0].batch_size, 1) << "the first stands";
  EXPECT_EQ(contents.databases[1].name, "d");
  EXPECT_THAT(
      contents.refused,
      ElementsAre(
          RefusedRow{"main",
                     "the catalogue's database \"main\": stands in the settings file, too, which "
                     "is what counts; names must differ"},
          RefusedRow{"b",
                     "the catalogue's database \"b\": is there twice, and the first counts; names "
                     "must differ"},
          RefusedRow{"c",
                     "the catalogue's database \"c\": batch_size must be from 1 to 10000, not 0"},
          RefusedRow{"", "the catalogue's row 5: name must not be missing or NULL"},
          RefusedRow{"", "the catalogue's row 6: name must not be missing or NULL"}));
}

TEST(CatalogueContents, ShareNoVariableBetweenNamesThatAreOneInCapitals) {
  const Settings settings = load_settings(one_database + a_catalogue);
  const std::vector<CatalogueRow> rows = {row_of("a-b"), row_of("a_b"), row_of("MAIN")};
  EXPECT_EQ(databases_of(rows, {"main"}, settings, where({})).databases.size(), 3U);
  const auto contents = databases_of(
      rows, {"main"}, settings,
      where({{"FRESHET_DATABASE_A_B_BATCH_SIZE", "7"}, {"FRESHET_DATABASE_MAIN_BATCH_SIZE", "7"}}));
  ASSERT_EQ(contents.databases.size(), 1U);
  EXPECT_EQ(contents.databases[0].name, "a-b");
  ASSERT_EQ(contents.refused.size(), 2U);
  EXPECT_EQ(contents.refused[0].sentence,
            "the catalogue's database \"a_b\": environment variables FRESHET_DATABASE_A_B_… are "
            "those of \"a-b\", too; name one of them otherwise");
  EXPECT_THAT(contents.refused[1].sentence, HasSubstr("are those of \"main\", too"));
}

TEST(CatalogueColumns, AreSettingsOfADatabaseEachOnceAndOneIsTheName) {
  EXPECT_THAT(column_faults({"url", "name", "poll_max_ms", "retention_archive_days"}), IsEmpty());
  EXPECT_THAT(
      column_faults({"url", "bach_size", "url", "retention"}),
      ElementsAre("it has the column \"bach_size\", and [[database]] has no such setting; did you "
                  "mean \"batch_size\"?",
                  "it has the column \"url\" twice",
                  StartsWith("it has the column \"retention\", and [[database]] has no such"),
                  "it has no column \"name\""));
}

}  // namespace
}  // namespace relay::settings
