#include <gmock/gmock.h>

#include <map>

#include "relay/settings/work_rows.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using tests::load_settings;
using tests::settings_faults;

using Values = std::map<std::string, std::string>;  // by key, as the file would say them

const Values values_of_relay = {
    {"batch_size", "100"},          {"completion", "delete"},    {"ordering", "key"},
    {"synchronous_commit", "true"}, {"poll_min_ms", "2"},        {"poll_max_ms", "50"},
    {"payload_max_bytes", "5000"},  {"batch_max_bytes", "6000"}, {"statement_timeout_ms", "9000"},
    {"handler_timeout_ms", "4000"}, {"lock_timeout_ms", "1000"}, {"stuck_exit_s", "30"},
    {"pinned_after_s", "90"},       {"slow_query_ms", "100"},    {"connect_timeout_ms", "3000"},
    {"acquire_timeout_ms", "700"},  {"idle_timeout_s", "40"},    {"breaker_failures", "3"},
    {"breaker_pause_ms", "2000"}};
const Values values_of_one = {{"batch_size", "7"},
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
                              {"connect_timeout_ms", "3001"},
                              {"acquire_timeout_ms", "701"},
                              {"idle_timeout_s", "41"},
                              {"breaker_failures", "4"},
                              {"breaker_pause_ms", "2001"}};
const Values values_of_two = {{"batch_size", "8"},
                              {"completion", "update"},
                              {"ordering", "key"},
                              {"synchronous_commit", "true"},
                              {"poll_min_ms", "6"},
                              {"poll_max_ms", "21"},
                              {"payload_max_bytes", "1001"},
                              {"batch_max_bytes", "2001"},
                              {"statement_timeout_ms", "6000"},
                              {"handler_timeout_ms", "301"},
                              {"lock_timeout_ms", "201"},
                              {"stuck_exit_s", "9"},
                              {"pinned_after_s", "61"},
                              {"slow_query_ms", "0"},
                              {"connect_timeout_ms", "3002"},
                              {"acquire_timeout_ms", "702"},
                              {"idle_timeout_s", "42"},
                              {"breaker_failures", "5"},
                              {"breaker_pause_ms", "2002"}};

bool is_word(const std::string& key) {
  return key == "completion" || key == "ordering";
}

std::string in_a_file(const Values& values) {
  std::string text;
  for (const auto& [key, value] : values) {
    text += key + " = " + (is_word(key) ? "\"" + value + "\"" : value) + "\n";
  }
  return text;
}

std::string a_database(const std::string& name, const std::string& more = "") {
  return "[[database]]\nname = \"" + name + "\"\nurl = \"dbname=" + name + "\"\n" + more;
}

std::string said(const Integer<Database>& kind, const Database& database) {
  return std::to_string(kind.get(database));
}
std::string said(const OneOf<Database>& kind, const Database& database) {
  return kind.words[kind.get(database)];
}
std::string said(const Flag<Database>& kind, const Database& database) {
  return database.*kind.field ? "true" : "false";
}
template <class Kind>
std::string said(const Kind&, const Database&) {
  return "of a kind that this test does not know";
}

/// Every setting that a database may have for itself.
Values of(const Database& database) {
  Values values;
  for (const Row<Database>& row : work_rows<Database>()) {
    values[row.name] = std::visit([&](const auto& kind) { return said(kind, database); }, row.kind);
  }
  return values;
}

/// Where these variables are set, and no others.
Environment with(const std::map<std::string, std::string>& variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}

TEST(SettingsOfADatabase, AreItsOwnForEveryKeyAndElseThoseOfAll) {
  const Settings settings = load_settings(
      "[relay]\n" + in_a_file(values_of_relay) + a_database("one", in_a_file(values_of_one)) +
      a_database("two", in_a_file(values_of_two)) + a_database("three"));
  ASSERT_EQ(settings.databases.size(), 3U);
  EXPECT_EQ(of(settings.databases[0]), values_of_one);
  EXPECT_EQ(of(settings.databases[1]), values_of_two);
  EXPECT_EQ(of(settings.databases[2]), values_of_relay);
}

TEST(SettingsOfADatabase, AreSaidByVariablesForEveryKeyAndForItAlone) {
  std::map<std::string, std::string> variables = {
      {"FRESHET_DATABASE_MAIN_DB_URL", "dbname=elsewhere password=${x"},
      {"FRESHET_DATABASE_MAIN_DB_LISTEN", "true"},
      {"FRESHET_DATABASE_MAIN_DB_RETENTION_COMPLETED_DAYS", "12"}};
  for (const auto& [key, value] : values_of_one) {
    std::string name = "FRESHET_DATABASE_MAIN_DB_";
    for (const char c : key) name += static_cast<char>(std::toupper(c));
    variables[name] = value;
  }
  const Settings settings = load_settings(a_database("main-db", in_a_file(values_of_two)) +
                                              a_database("other", in_a_file(values_of_two)),
                                          with(variables));
  ASSERT_EQ(settings.databases.size(), 2U);
  EXPECT_EQ(of(settings.databases[0]), values_of_one);
  EXPECT_EQ(settings.databases[0].url, "dbname=elsewhere password=${x") << "as it stands";
  EXPECT_TRUE(settings.databases[0].listen);
  EXPECT_EQ(settings.databases[0].retention.completed_days, 12);
  EXPECT_EQ(of(settings.databases[1]), values_of_two);
  EXPECT_EQ(settings.databases[1].url, "dbname=other");
  EXPECT_FALSE(settings.databases[1].listen);
  EXPECT_EQ(settings.databases[1].retention.completed_days, 0);
}

TEST(SettingsOfADatabase, ChooseWhatRunsThere) {
  const std::string text = a_database("one", "projections = [\"a\", \"b*\"]\n") +
                           a_database("two") + a_database("three");
  const Settings settings =
      load_settings(text, with({{"FRESHET_DATABASE_THREE_PROJECTIONS", "x, y*"}}));
  EXPECT_THAT(settings.databases[0].projections, ElementsAre("a", "b*"));
  EXPECT_THAT(settings.databases[1].projections, ElementsAre("*"));
  EXPECT_THAT(settings.databases[2].projections, ElementsAre("x", "y*"));
  EXPECT_THAT(settings_faults(text, with({{"FRESHET_DATABASE_THREE_PROJECTIONS", "x,,y"}})),
              ElementsAre(HasSubstr("FRESHET_DATABASE_THREE_PROJECTIONS must not hold an empty "
                                    "string")));
}

TEST(SettingsOfADatabase, MayHaveTheirUrlFromAVariableAlone) {
  const Settings settings = load_settings("[[database]]\nname = \"main\"\n",
                                          with({{"FRESHET_DATABASE_MAIN_URL", "dbname=app"}}));
  EXPECT_EQ(settings.databases[0].url, "dbname=app");
}

TEST(SettingsOfADatabase, ThatAVariableSaysWronglyAreRefusedByItsNameAndNoUrlIsShown) {
  const auto faults =
      settings_faults(a_database("main"), with({{"FRESHET_DATABASE_MAIN_BATCH_SIZE", "7x"},
                                                {"FRESHET_DATABASE_MAIN_COMPLETION", "updat"},
                                                {"FRESHET_DATABASE_MAIN_LISTEN", "yes"},
                                                {"FRESHET_DATABASE_MAIN_NAME", "other"},
                                                {"FRESHET_DATABASE_MAIN_POLL_MAX_MS", "0"},
                                                {"FRESHET_DATABASE_MAIN_RETENTION", "30"},
                                                {"FRESHET_DATABASE_MAIN_URL", "s3cret"}}));
  EXPECT_THAT(
      faults,
      ElementsAre(
          HasSubstr("the environment variable FRESHET_DATABASE_MAIN_NAME cannot change a name"),
          HasSubstr("the environment variable FRESHET_DATABASE_MAIN_LISTEN must be true or false, "
                    "not \"yes\""),
          HasSubstr("FRESHET_DATABASE_MAIN_RETENTION cannot hold this setting; write it into the "
                    "file"),
          HasSubstr("FRESHET_DATABASE_MAIN_BATCH_SIZE must be a whole number, not \"7x\""),
          HasSubstr("FRESHET_DATABASE_MAIN_COMPLETION must be one of \"update\", \"delete\", "
                    "\"archive\", not \"updat\"; did you mean \"update\"?"),
          HasSubstr("FRESHET_DATABASE_MAIN_POLL_MAX_MS must be from 1 to 60000, not 0"),
          HasSubstr("[[database]] url: ")));
  for (const std::string& fault : faults) EXPECT_THAT(fault, ::testing::Not(HasSubstr("s3cret")));
}

TEST(SettingsOfADatabase, WhoseNameIsAnothersInCapitalsShareNoVariable) {
  const std::string both = a_database("a-b") + a_database("a_b");
  EXPECT_THAT(settings_faults(both, with({})), ElementsAre());
  EXPECT_THAT(settings_faults(both, with({{"FRESHET_DATABASE_A_B_BATCH_SIZE", "7"}})),
              ElementsAre(StartsWith("4: environment variables FRESHET_DATABASE_A_B_… are those of "
                                     "[[database]] \"a-b\" and \"a_b\"; name one of them "
                                     "otherwise")));
}

TEST(SettingsOfADatabase, MustNestAsThoseOfAllAndBeforeTheEndOfTheDrain) {
  EXPECT_THAT(
      settings_faults("[relay]\ndrain_s = 12\nstatement_timeout_ms = 8000\n" +
                      a_database("one", "statement_timeout_ms = 9000\n") +
                      a_database("two", "handler_timeout_ms = 8000\n") + a_database("three")),
      ElementsAre(HasSubstr("7: [[database]] \"one\" statement_timeout_ms (9000 ms) needs "
                            "a drain_s of at least 13500 ms, which is 12000 ms"),
                  HasSubstr("11: [[database]] \"two\" handler_timeout_ms (8000 ms) must be "
                            "shorter than statement_timeout_ms (8000 ms)")));
}

TEST(SettingsOfADatabase, ThatAreNotGivenFollowFromTheLimitsThatItHas) {
  const Settings settings = load_settings("[relay]\nlock_timeout_ms = 1500\n" +
                                          a_database("one", "statement_timeout_ms = 4000\n"));
  const Database& one = settings.databases[0];
  EXPECT_EQ(one.handler_timeout, std::chrono::milliseconds{2'000});
  EXPECT_EQ(one.lock_timeout, std::chrono::milliseconds{1'500}) << "as [relay] says";
}

TEST(SettingsOfADatabase, BoundHowLongAllMayWaitForBrokers) {
  const std::string forward =
      "[kafka]\nbrokers = \"k:9092\"\n[[forward]]\nname = \"f\"\nevents = [\"A\"]\ntopic = \"t\"\n";
  const Settings settings = load_settings(
      a_database("one") + a_database("two", "statement_timeout_ms = 6000\n") + forward);
  EXPECT_EQ(settings.kafka->timeout, std::chrono::milliseconds{5'500})
      << "longer than the longest handler, shorter than the shortest statement";
  const auto faults =
      settings_faults(a_database("one") + a_database("two", "statement_timeout_ms = 6000\n") +
                      "[kafka]\nbrokers = \"k:9092\"\ntimeout_ms = 7000\n");
  EXPECT_THAT(faults, ElementsAre(HasSubstr("10: [kafka] timeout_ms (7000 ms) must be shorter than "
                                            "[[database]] \"two\" statement_timeout_ms (6000 "
                                            "ms)")));
}

TEST(SettingsOfADatabase, HaveTheirSchemaInBothUrls) {
  const Settings settings =
      load_settings(a_database("a", "schema = \"billing\"\ndirect_url = \"postgresql://db/a\"\n") +
                        a_database("b") + a_database("c", "schema = \"old\"\n"),
                    with({{"FRESHET_DATABASE_C_SCHEMA", "new"}}));
  const std::string path = "options='-c search_path=\"billing\",\"public\"'";
  EXPECT_THAT(settings.databases[0].url, AllOf(HasSubstr(path), HasSubstr("dbname='a'")));
  EXPECT_THAT(settings.databases[0].direct_url, AllOf(HasSubstr(path), HasSubstr("host='db'")));
  EXPECT_EQ(settings.databases[0].schema, "billing");
  EXPECT_EQ(settings.databases[1].url, "dbname=b");
  EXPECT_EQ(settings.databases[1].direct_url, "");
  EXPECT_THAT(settings.databases[2].url, HasSubstr("search_path=\"new\",\"public\""));
  EXPECT_EQ(settings.databases[2].direct_url, "") << "as it leads by the url";
}

}  // namespace
}  // namespace relay::settings
