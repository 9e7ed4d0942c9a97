#include "relay/settings/settings.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "relay/settings/explain.hpp"

#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace relay::settings {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using tests::load_settings;
using tests::one_database;
using tests::settings_environment;
using tests::settings_faults;

TEST(Settings, TheSmallestFileHasEveryDefault) {
  const Settings settings = load_settings(one_database);
  EXPECT_EQ(settings.relay.workers, 2);
  EXPECT_EQ(settings.relay.batch_size, 500);
  EXPECT_EQ(settings.relay.completion, Completion::update);
  EXPECT_EQ(settings.relay.ordering, Ordering::key);
  EXPECT_EQ(settings.relay.poll_max, std::chrono::milliseconds{100});
  EXPECT_EQ(settings.relay.drain, std::chrono::seconds{25});
  EXPECT_EQ(settings.relay.handler_timeout, std::chrono::seconds{5});
  EXPECT_EQ(settings.relay.statement_timeout, std::chrono::seconds{10});
  EXPECT_EQ(client_limit(settings.relay), std::chrono::seconds{12});
  EXPECT_EQ(idle_limit(settings.relay), std::chrono::seconds{15});
  EXPECT_EQ(settings.relay.stuck_exit, std::chrono::seconds{60});
  EXPECT_TRUE(settings.relay.flight_record_dir.starts_with("/"));
  EXPECT_FALSE(settings.relay.instance.empty());
  ASSERT_EQ(settings.databases.size(), 1U);
  EXPECT_EQ(settings.databases[0].url, "dbname=app");
  EXPECT_TRUE(settings.projections.empty());
}

TEST(Settings, EveryValueOfAFullFileArrives) {
  const Settings settings = load_settings(R"(
[relay]
workers = 4
batch_size = 7
completion = "archive"
ordering = "none"
poll_min_ms = 5
poll_max_ms = 20
drain_s = 30
payload_max_bytes = 1000
batch_max_bytes = 2000
statement_timeout_ms = 5000
lock_timeout_ms = 200
pinned_after_s = 60
handler_timeout_ms = 300
stuck_exit_s = 7
flight_record_dir = "/var/lib/freshet"
instance = "one"
log_format = "json"
log_level = "debug"
[[database]]
name = "main"
url = "postgresql://relay:${DB_PASSWORD}@db/app"
direct_url = "host=db dbname=app"
listen = true
[[projection]]
name = "board"
events = ["Incident*", "Ticket"]
sql = "SELECT 1"
guard = "incident:${aggregate_id}"
green_ms = 5
yellow_ms = 6
[[projection]]
name = "two"
events = ["*"]
sql = ["SELECT 1", "SELECT 2"]
)");
  EXPECT_EQ(settings.relay.completion, Completion::archive);
  EXPECT_EQ(settings.relay.ordering, Ordering::none);
  EXPECT_EQ(settings.relay.lock_timeout, std::chrono::milliseconds{200});
  EXPECT_EQ(settings.relay.poll_min, std::chrono::milliseconds{5});
  EXPECT_EQ(settings.relay.pinned_after, std::chrono::minutes{1});
  EXPECT_EQ(settings.relay.handler_timeout, std::chrono::milliseconds{300});
  EXPECT_EQ(settings.relay.stuck_exit, std::chrono::seconds{7});
  EXPECT_EQ(settings.relay.flight_record_dir, "/var/lib/freshet");
  EXPECT_EQ(settings.relay.log_format, "json");
  EXPECT_EQ(settings.relay.log_level, "debug");
  EXPECT_EQ(settings.databases[0].url, "postgresql://relay:hunter2@db/app");
  EXPECT_TRUE(settings.databases[0].listen);
  ASSERT_EQ(settings.projections.size(), 2U);
  EXPECT_THAT(settings.projections[0].events, ElementsAre("Incident*", "Ticket"));
  EXPECT_EQ(settings.projections[0].guard, "incident:${aggregate_id}");
  EXPECT_EQ(settings.projections[0].yellow_ms, 6);
  EXPECT_THAT(settings.projections[1].sql, ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(Settings, EveryFaultIsSaidAtOnceWithItsLine) {
  EXPECT_THAT(
      settings_faults("[relay]\nwrokers = 3\nbatch_size = 0\npoll_max_ms = \"50\"\n"
                      "completion = \"updat\"\nworkers = 300\n[[database]]\nname = \"main\"\n"
                      "[[projection]]\nname = \"a\"\nevents = []\nsql = 5\n"),
      ElementsAre(
          "2: [relay] has no setting \"wrokers\"; did you mean \"workers\"?",
          "3: [relay] batch_size must be from 1 to 10000, not 0",
          "4: [relay] poll_max_ms must be a whole number, not a string; write it without quotes",
          "5: [relay] completion must be one of \"update\", \"delete\", \"archive\", not "
          "\"updat\"; did you mean \"update\"?",
          "6: [relay] workers must be from 1 to 64, not 300", "7: [[database]] needs \"url\"",
          "11: [[projection]] events must not be empty",
          "12: [[projection]] sql must be a string or a list of strings, not a whole number"));
}

TEST(Settings, AMissingVariableIsAFaultThatNamesIt) {
  EXPECT_THAT(
      settings_faults("[[database]]\nname = \"main\"\nurl = \"host=${HOST} user=${USER_X}\"\n"),
      ElementsAre("3: [[database]] url needs the environment variable HOST, which is not "
                  "set",
                  "3: [[database]] url needs the environment variable USER_X, which is "
                  "not set"));
}

TEST(Settings, WhatAVariableHoldsIsNotFilledInAgain) {
  const Settings settings = load_settings(
      "[[database]]\nname = \"main\"\nurl = \"dbname=${TRICKY} host=$${X} user=$1 "
      "password=${EMPTY}\"\n");
  EXPECT_EQ(settings.databases[0].url, "dbname=${DB_PASSWORD} host=${X} user=$1 password=");
}

TEST(Settings, AnOpenVariableIsAFaultWithoutTheText) {
  const auto faults = settings_faults("[[database]]\nname = \"m\"\nurl = \"password=s3cret${\"\n");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0], AllOf(HasSubstr("3: [[database]] url has a \"${\""),
                               ::testing::Not(HasSubstr("s3cret"))));
}

TEST(Settings, NoFaultEverShowsAUrl) {
  for (const char* url :
       {"url = postgresql://u:s3cret@h/d", "url = [\"s3cret\"]", "urls = \"s3cret\"",
        "url = \"\\qs3cret\"", "url = \"s3cret", "url = 's3cret\\u0000${X}'"}) {
    const auto faults = settings_faults(std::string{"[[database]]\nname = \"m\"\n"} + url + "\n");
    ASSERT_FALSE(faults.empty()) << url;
    for (const auto& fault : faults) EXPECT_THAT(fault, ::testing::Not(HasSubstr("s3cret"))) << url;
  }
}

TEST(Settings, AUrlThatNobodyCanReadIsAFaultWithoutTheUrl) {
  const auto faults = settings_faults("[[database]]\nname = \"m\"\nurl = \"s3cret is no url\"\n");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0],
              AllOf(HasSubstr("3: [[database]] url: "), ::testing::Not(HasSubstr("s3cret"))));
}

TEST(Settings, HostileNamesAreRefused) {
  for (const char* name : {"", "1st", "a b", "a'; DROP TABLE x; --", "a:b", "ä", "a\\u001b",
                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const auto faults = settings_faults(one_database + "[[projection]]\nname = \"" + name +
                                        "\"\nevents = [\"A\"]\nsql = \"SELECT 1\"\n");
    ASSERT_FALSE(faults.empty()) << name;
    EXPECT_THAT(faults.back(), HasSubstr("5: [[projection]] name must be a letter or \"_\""));
  }
}

TEST(Settings, NamesMustDiffer) {
  EXPECT_THAT(settings_faults(one_database + one_database),
              ElementsAre("5: [[database]] \"main\" is there already, on line 2; names must "
                          "differ"));
}

TEST(Settings, LimitsMustNest) {
  EXPECT_THAT(settings_faults("[relay]\ndrain_s = 5\nstatement_timeout_ms = 4000\n"
                              "lock_timeout_ms = 4000\nhandler_timeout_ms = 4000\n" +
                              one_database),
              ElementsAre(HasSubstr("3: [relay] statement_timeout_ms (4000 ms) needs a drain_s of "
                                    "at least 6000 ms, which is 5000 ms"),
                          HasSubstr("4: [relay] lock_timeout_ms (4000 ms) must be shorter than "
                                    "handler_timeout_ms (4000 ms)"),
                          HasSubstr("5: [relay] handler_timeout_ms (4000 ms) must be shorter than "
                                    "statement_timeout_ms (4000 ms)")));
}

TEST(Settings, TheShortestPauseIsNotLongerThanTheLongest) {
  EXPECT_THAT(settings_faults("[relay]\npoll_min_ms = 200\n" + one_database),
              ElementsAre(HasSubstr("2: [relay] poll_min_ms (200 ms) must not be longer than "
                                    "poll_max_ms (100 ms)")));
}

TEST(Settings, LimitsThatJustNestAreTaken) {
  EXPECT_THAT(settings_faults("[relay]\ndrain_s = 15\nstatement_timeout_ms = 10000\n"
                              "handler_timeout_ms = 9999\n" +
                              one_database),
              ElementsAre());
}

TEST(Settings, AShortDrainShortensTheLimitsThatAreNotGiven) {
  const Settings settings = load_settings("[relay]\ndrain_s = 1\n" + one_database);
  EXPECT_EQ(settings.relay.statement_timeout, std::chrono::milliseconds{400});
  EXPECT_EQ(settings.relay.lock_timeout, std::chrono::milliseconds{80});
  EXPECT_EQ(settings.relay.handler_timeout, std::chrono::milliseconds{200});
}

TEST(Settings, SectionsInTheWrongBracketsAreExplained) {
  EXPECT_THAT(settings_faults("[[relay]]\nworkers = 1\n[database]\nname = \"m\"\n"),
              ElementsAre("1: \"relay\" is a section: write [relay]",
                          "3: there can be several of \"database\": write [[database]]"));
}

TEST(Settings, UnknownSectionsAreRefusedWithTheNearest) {
  EXPECT_THAT(settings_faults(one_database + "[[projections]]\nname = \"a\"\n"),
              ElementsAre(HasSubstr("4: there is no section \"projections\"; did you mean "
                                    "\"projection\"?")));
}

TEST(Settings, BrokenTomlIsOneSentenceWithItsLine) {
  EXPECT_THAT(settings_faults("[relay]\nworkers = \n"), ElementsAre(HasSubstr("2: is not TOML: ")));
  EXPECT_THAT(settings_faults(std::string{"[\0]\n", 4}),
              ElementsAre(HasSubstr("holds a zero byte")));
  EXPECT_THAT(settings_faults("\xff\xfe"), ElementsAre(HasSubstr(" is not TOML: ")));
}

TEST(Settings, AnEmptyFileADirectoryAndNoFileAreToldApart) {
  EXPECT_THAT(settings_faults(""), ElementsAre(HasSubstr("is empty")));
  EXPECT_THAT(settings_faults("# nothing\n"), ElementsAre(HasSubstr("has no [[database]]")));
  const auto fault_of_path = [](const std::string& path) {
    try {
      (void)load(path, settings_environment);
    } catch (const SettingsError& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  EXPECT_EQ(fault_of_path("/nowhere/x.toml"), "/nowhere/x.toml: cannot be read: no such file");
  EXPECT_THAT(fault_of_path("/tmp"), HasSubstr("/tmp: is a directory"));
  EXPECT_THAT(fault_of_path("/dev/zero"), HasSubstr("is larger than 4 MiB"));
}

TEST(Settings, ThePageOfSettingsShowsTheTableThatParses) {
  const std::string page = tests::read_file(tests::source_dir() + "/relay/settings/SETTINGS.md");
  EXPECT_THAT(page, HasSubstr(explain())) << "put this into relay/settings/SETTINGS.md:\n"
                                          << explain();
}

}  // namespace
}  // namespace relay::settings
