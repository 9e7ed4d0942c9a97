#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/dead_rows.hpp"
#include "tests/support/fleet_config.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using tests::DeadRows;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;
using Json = nlohmann::json;

/// The program with three databases and, between them, one that cannot be reached. Two of them have
/// the listener "board", with three dead letters each.
class Fleet : public ::testing::Test {
 protected:
  Fleet() {
    config_.add("board", "*", tests::ThingLoad::record());
    for (const DeadRows* rows : {&first_rows_, &last_rows_}) {
      rows->register_listener("board");
      rows->publish(3, 2);
      rows->die("board");
    }
    tests::add_database(config_, "second", second_.url());
  }
  void add_away() { tests::add_database(config_, "away", tests::nobodys_url); }
  void add_last() { tests::add_database(config_, "last", last_.url()); }
  void add_all() {
    add_away();
    add_last();
  }

  static std::string state(const TestDatabase& db) {
    return db.value(
        "SELECT string_agg(name || ' ' || state, ', ' ORDER BY name) FROM "
        "event_listener");
  }
  /// Of the one that cannot be reached, and nothing else.
  static void expect_away_told(const Ended& ended) {
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_THAT(ended.err, MatchesRegex("freshet: away: [^\n]*127\\.0\\.0\\.1[^\n]*\n"));
  }

  TestDatabase first_;
  TestDatabase second_;
  TestDatabase last_;
  DeadRows first_rows_{first_};
  DeadRows last_rows_{last_};
  RelayConfig config_{first_.url()};
};

TEST_F(Fleet, WhatIsReadIsShownOfEachDatabaseUnderItsNameInTheOrderOfTheFile) {
  add_all();
  const Ended listeners = config_.run({"listeners", "list"});
  expect_away_told(listeners);
  EXPECT_THAT(listeners.out,
              MatchesRegex("main:\n  listener +state +since +events\n  board +active [^\n]*\n"
                           "second: No listener is registered[^\n]*\n"
                           "last:\n  listener [^\n]*\n  board +active [^\n]*\n"));
  for (const std::vector<std::string>& words : {std::vector<std::string>{"settings"}, {"purge"}}) {
    const Ended ended = config_.run(words);
    if (words[0] != "purge") expect_away_told(ended);  // which has nothing to purge there
    const auto main = ended.out.find("main:");
    const auto second = ended.out.find("second:");
    const auto last = ended.out.find("last:");
    EXPECT_EQ(main, 0U) << ended.out;
    EXPECT_TRUE(main < second && second < last && last < ended.out.size()) << ended.out;
  }
}

TEST_F(Fleet, DatabasesWithoutDeadLettersOrKeysThatWaitAreToldTogether) {
  add_all();
  const Ended dead = config_.run({"dead", "list"});
  expect_away_told(dead);
  EXPECT_THAT(dead.out, MatchesRegex("main:\n  event [^\n]*\n(  [^\n]*\n)+last:\n(  [^\n]*\n)+"
                                     "none in 1 other\n"));
  const Ended of_nobody = config_.run({"dead", "list", "--type", "Nobodys"});
  expect_away_told(of_nobody);
  EXPECT_EQ(of_nobody.out, "There is no such dead letter in 3 databases.\n");
  config_.database_extra.clear();
  tests::add_database(config_, "second", second_.url());
  EXPECT_EQ(config_.run({"dead", "list", "--type", "Nobodys"}).out,
            "There is no such dead letter in any of 2 databases.\n");
  EXPECT_THAT(config_.run({"keys", "blocked"}).out, HasSubstr("none in 1 other\n"));
}

TEST_F(Fleet, OneDatabaseOfSeveralIsShownAsIfItWereAlone) {
  RelayConfig alone{first_.url()};
  alone.add("board", "*", tests::ThingLoad::record());
  add_all();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"listeners", "list"},
                                                {"dead", "list"},
                                                {"dead", "list", "--json"},
                                                {"keys", "blocked"},
                                                {"settings"}}) {
    std::vector<std::string> of_main = words;
    of_main.insert(of_main.end(), {"--database", "main"});
    const Ended one = config_.run(of_main);
    EXPECT_EQ(one.code, 0) << one.err;
    EXPECT_EQ(one.out, alone.run(words).out);
  }
}

TEST_F(Fleet, DeadLettersOfAllDatabasesAreOneJsonObjectThatSaysWhereEachIs) {
  add_all();
  const Ended listed = config_.run({"dead", "list", "--json", "--limit", "2"});
  expect_away_told(listed);
  const Json json = Json::parse(listed.out);
  EXPECT_EQ(json["total"], 6);
  std::string databases;
  for (const Json& one : json["dead"]) databases += one["database"].get<std::string>() + " ";
  EXPECT_EQ(databases, "main main last last ");
}

TEST_F(Fleet, AnEventIsShownOfTheDatabaseThatHasItAndAsksForNoName) {
  add_last();
  const Ended shown = config_.run({"dead", "show", last_rows_.event("k1")});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(StartsWith("last:\n"), HasSubstr("boom"), Not(HasSubstr("main")),
                               Not(HasSubstr("second"))));
  const Ended nowhere = config_.run({"dead", "show", "0190a6f2-5e1c-7b3a-9c58-3f1d2c4b5a69"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, MatchesRegex("freshet: there is no event 0190a6f2[^\n]* in any of 3 "
                                        "databases, and [^\n]*\n"));
  EXPECT_EQ(nowhere.out, "");
}

TEST_F(Fleet, APauseConcernsEveryDatabaseThatHasTheProjection) {
  add_all();
  const Ended paused = config_.run({"pause", "board", "--reason", "moving", "--yes"});
  expect_away_told(paused);
  EXPECT_EQ(state(first_), "board paused");
  EXPECT_EQ(state(second_), "");
  EXPECT_EQ(state(last_), "board paused");
  EXPECT_THAT(paused.out, MatchesRegex("second: no listener \"board\" is registered[^\n]*\n"
                                       "To change: main, last \\(2 of 4 databases\\)\\.\n"
                                       "main: Projection \"board\" is paused[^\n]*\n"
                                       "last: Projection \"board\" is paused[^\n]*\n"));
  const Ended one = config_.run({"resume", "board", "--yes", "--database", "last"});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(state(first_), "board paused");
  EXPECT_EQ(state(last_), "board active");
  EXPECT_THAT(config_.run({"resume", "board", "--yes"}).out,
              AllOf(HasSubstr("main: Projection \"board\" goes on"),
                    HasSubstr("last: Projection \"board\" is not paused")));
  EXPECT_EQ(state(first_), "board active");
}

TEST_F(Fleet, AProjectionThatNoDatabaseHasIsOneSentence) {
  add_last();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"pause", "bord"}, {"listeners", "retire", "bord"}}) {
    const Ended ended = config_.run(words);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(ended.err,
              "freshet: no listener \"bord\" is registered in any of 3 databases; did you mean "
              "\"board\"?\n");
  }
}

TEST_F(Fleet, AListenerIsRetiredInEveryDatabaseThoughOneIsAway) {
  add_all();
  const Ended retired = config_.run({"listeners", "retire", "board", "--yes"});
  expect_away_told(retired);
  EXPECT_EQ(state(first_), "board retired");
  EXPECT_EQ(state(last_), "board retired");
  EXPECT_THAT(retired.out, AllOf(HasSubstr("main: Listener \"board\" is retired."),
                                 HasSubstr("last: Listener \"board\" is retired.")));
  EXPECT_EQ(first_rows_.count("dead") + last_rows_.count("dead"), 0);
}

TEST_F(Fleet, DeadLettersAreRetriedEverywhereAndAnEventWhereItIs) {
  add_last();
  const Ended one = config_.run({"dead", "retry", first_rows_.event("k2"), "--yes"});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("To change: main (1 of 3 databases).\n"));
  EXPECT_EQ(first_rows_.count("dead"), 2);
  EXPECT_EQ(last_rows_.count("dead"), 3);
  const Ended all = config_.run({"dead", "retry", "--all", "--yes"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out,
              AllOf(HasSubstr("second: There is no such dead letter; nothing was changed.\n"),
                    HasSubstr("main: 2 dead letters are in the queue again"),
                    HasSubstr("last: 3 dead letters are in the queue again")));
  EXPECT_EQ(first_rows_.count("dead") + last_rows_.count("dead"), 0);
}

TEST_F(Fleet, DeadLettersAreDiscardedByIdOrInOneDatabaseAtATime) {
  add_last();
  const Ended refused =
      config_.run({"dead", "discard", "--projection", "board", "--reason", "r", "--yes"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("lost for good"), HasSubstr("say which with --database "
                                                                       "(main, second, last)")));
  EXPECT_EQ(first_rows_.count("dead") + last_rows_.count("dead"), 6);
  const Ended by_id =
      config_.run({"dead", "discard", last_rows_.event("k1"), "--reason", "r", "--yes"});
  EXPECT_EQ(by_id.code, 0) << by_id.err;
  EXPECT_THAT(by_id.out, HasSubstr("last: 1 dead letter is discarded"));
  EXPECT_EQ(first_rows_.count("dead"), 3);
  EXPECT_EQ(last_rows_.count("dead"), 2);
}

TEST_F(Fleet, AChangedSettingIsAdoptedByAllDatabases) {
  add_all();
  config_.relay["completion"] = "\"delete\"";
  const Ended adopted = config_.run({"settings", "--adopt", "--yes"});
  expect_away_told(adopted);
  for (const TestDatabase* db : {&first_, &second_, &last_}) {
    EXPECT_EQ(db->value("SELECT value FROM freshet_setting WHERE name = 'completion'"), "delete");
  }
}

TEST_F(Fleet, APurgeGoesOnBehindADatabaseThatIsAway) {
  config_.database_extra = "[database.retention]\ncompleted_days = 1\n" + config_.database_extra;
  tests::add_database(config_, "away", tests::nobodys_url,
                      "[database.retention]\ncompleted_days = 1\n");
  tests::add_database(config_, "last", last_.url(), "[database.retention]\ncompleted_days = 1\n");
  for (const TestDatabase* db : {&first_, &last_}) {
    db->run(
        "UPDATE event_publication SET parked = false, completion_date = now() - interval '9 "
        "days', publication_date = now() - interval '9 days'; DELETE FROM event_delivery");
  }
  expect_away_told(config_.run({"purge"}));
  for (const TestDatabase* db : {&first_, &last_}) {
    EXPECT_EQ(db->number("SELECT count(*) FROM event_publication"), 0);
  }
}

TEST_F(Fleet, WhatGoesToOnePlaceStillAsksForItsName) {
  const Ended published = config_.run({"publish"}, R"({"event_type": "Thing", "payload": {}})");
  EXPECT_EQ(published.code, 2);
  EXPECT_EQ(published.err,
            "freshet: the settings have several databases; say which with --database (main, "
            "second)\n");
}

TEST_F(Fleet, StatusNamesTheDatabaseAlsoWhenOnlyOneOfThemAnswers) {
  config_.database_extra.clear();
  add_away();
  const Ended status = config_.run({"status"});
  expect_away_told(status);
  EXPECT_THAT(status.out, MatchesRegex("database +projection [^\n]*\nmain +board (.|\n)*"));
}

}  // namespace
