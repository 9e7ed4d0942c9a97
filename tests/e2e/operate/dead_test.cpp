#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/dead_rows.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::DeadRows;
using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;
using Json = nlohmann::json;

/// The program beside rows that a relay would have left.
class DeadCommands : public ::testing::Test {
 protected:
  DeadCommands() {
    config_.add("board", "*", tests::ThingLoad::record());
    rows_.register_listener("board");
    rows_.publish(3, 3);
    rows_.die("board");
  }

  TestDatabase db_;
  DeadRows rows_{db_};
  RelayConfig config_{db_.url()};
};

TEST_F(DeadCommands, FindShowRetryAndDiscardWithTheRealProgram) {
  const Ended list = config_.run({"dead", "list", "--json"});
  ASSERT_EQ(list.code, 0) << list.err;
  const Json json = Json::parse(list.out);
  EXPECT_EQ(json["total"], 3);
  const std::string event = json["dead"][0]["event"];

  const Ended show = config_.run({"dead", "show", event});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_THAT(show.out, AllOf(HasSubstr("boom"), HasSubstr("waiting behind it: 2")));

  const Ended blocked = config_.run({"keys", "blocked"});
  EXPECT_EQ(blocked.code, 0) << blocked.err;
  EXPECT_THAT(blocked.out, AllOf(HasSubstr("thing/k1"), HasSubstr(event)));

  const Ended retry = config_.run({"dead", "retry", event});
  EXPECT_EQ(retry.code, 0) << retry.err;
  EXPECT_THAT(retry.out, AllOf(HasSubstr("To retry: 1 dead letter: board 1."),
                               HasSubstr("1 dead letter is in the queue again")));
  EXPECT_EQ(retry.err, "") << "a bar is for terminals";
  EXPECT_EQ(rows_.count("dead"), 2);

  const Ended discard =
      config_.run({"dead", "discard", "--projection", "board", "--reason", "was a test", "--yes"});
  EXPECT_EQ(discard.code, 0) << discard.err;
  EXPECT_THAT(discard.out, HasSubstr("2 dead letters are discarded"));
  EXPECT_EQ(rows_.count("dead"), 0);
  EXPECT_EQ(rows_.complete(), 2);
  EXPECT_EQ(db_.value("SELECT string_agg(command || ' ' || events, ', ' ORDER BY id) FROM "
                      "operator_log"),
            "dead retry 1, dead discard 2");
  EXPECT_EQ(db_.value("SELECT reason FROM operator_log ORDER BY id DESC LIMIT 1"), "was a test");
}

TEST_F(DeadCommands, NothingToDoIsFineAndAWrongNameIsUsage) {
  EXPECT_EQ(config_.run({"dead", "retry", "--key", "nobody"}).code, 0);
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"dead", "retry"}, "say which dead letters to retry"},
      {{"dead", "retry", "17"}, "\"17\" is no event id"},
      {{"dead", "retry", "00000000-0000-0000-0000-000000000000"}, "no dead letter is of"},
      {{"dead", "show", "00000000-0000-0000-0000-000000000000"}, "there is no event"},
      {{"dead", "list", "--projection", "bord"}, "did you mean \"board\"?"},
      {{"dead", "discard", "--key", "k1"}, "--reason"},
      {{"pause", "bord"}, "did you mean \"board\"?"},
      {{"resume", "bord"}, "did you mean \"board\"?"},
  };
  for (const auto& [words, sentence] : table) {
    const Ended ended = config_.run(words);
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_THAT(ended.err, HasSubstr(sentence));
  }
  EXPECT_EQ(rows_.count("dead"), 3);
  EXPECT_EQ(db_.number("SELECT count(*) FROM operator_log"), 0);
}

TEST_F(DeadCommands, AnUnreachableDatabaseIsThree) {
  const RelayConfig nowhere{"postgresql://nobody@127.0.0.1:1/none"};
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"dead", "list"}, {"keys", "blocked"}, {"pause", "board"}}) {
    EXPECT_EQ(nowhere.run(words).code, 3) << words[0];
  }
}

TEST_F(DeadCommands, PauseIsShownByStatusWithItsReasonAndResumeEndsIt) {
  const Ended pause = config_.run({"pause", "board", "--reason", "moving tables"});
  ASSERT_EQ(pause.code, 0) << pause.err;
  const Ended status = config_.run({"status"});
  EXPECT_THAT(status.out, ::testing::ContainsRegex("board: paused by the operator since .*: moving "
                                                   "tables"));
  const Json line = Json::parse(config_.run({"status", "--json"}).out)["projections"][0];
  EXPECT_EQ(line["state"], "paused");
  EXPECT_EQ(line["paused_by"], "operator");
  EXPECT_EQ(line["trouble"], "moving tables");
  EXPECT_EQ(config_.run({"resume", "board"}).code, 0);
  EXPECT_EQ(db_.value("SELECT state FROM event_listener"), "active");
}

TEST_F(DeadCommands, StatusNamesWhoPinsVacuumLongerThanTheSettingSays) {
  config_.relay["pinned_after_s"] = "1";
  pqxx::connection holder{db_.url()};
  pqxx::transaction<pqxx::isolation_level::repeatable_read> report{holder};
  report.exec("SELECT 1, pg_sleep(1.1)");
  const Json json = Json::parse(config_.run({"status", "--json"}).out);
  ASSERT_FALSE(json["vacuum_pinned_by"].empty());
  EXPECT_EQ(json["vacuum_pinned_by"][0]["pid"], holder.backendpid());
  EXPECT_GE(json["vacuum_pinned_by"][0]["age_s"], 1);
}

}  // namespace
