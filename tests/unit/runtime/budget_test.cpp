#include "tests/unit/runtime/a_schedule.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

using SessionsOfAProcess = ASchedule;

TEST_F(SessionsOfAProcess, WhoHasNothingToDoTakesNoSession) {
  Db& db = working("db");
  db.task.idle_for = 500ms;
  EXPECT_EQ(next(), "");
  EXPECT_EQ(schedule_->held(), 0);
  EXPECT_EQ(schedule_->wake_at(now_), now_ + 500ms);
  db.task.idle_for = flow::Task::at_once;
  now_ += 500ms;
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(schedule_->held(), 1);
}

TEST_F(SessionsOfAProcess, TheSessionThatHasRestedLongestMakesRoomAndNoneIsOpenedBeyondTheLimit) {
  limits({.sessions = 2, .at_once = {4, 4, 4, 4}});
  working("a");
  EXPECT_EQ(turn(1ms, flow::Task::until_called), "a");
  working("b");
  EXPECT_EQ(turn(1ms, flow::Task::until_called), "b");
  working("c");
  EXPECT_EQ(next(), "c");
  EXPECT_EQ(victim(), "a");
  schedule_->left(*pick_->victim);
  working("d");
  EXPECT_EQ(next(), "d");
  EXPECT_EQ(victim(), "b");
  schedule_->left(*pick_->victim);
  working("e");
  EXPECT_EQ(next(), "") << "both are in a turn";
  EXPECT_EQ(schedule_->held(), 2);
  ended(flow::Task::until_called, false);
  EXPECT_EQ(next(), "e");
  EXPECT_EQ(victim(), "");
}

TEST_F(SessionsOfAProcess, WhoseSessionIsBeingClosedHasNoTurnBeforeThat) {
  limits({.sessions = 1, .at_once = {4, 4, 4, 4}});
  Db& a = working("a");
  turn(1ms, flow::Task::until_called);
  working("b");
  EXPECT_EQ(next(), "b");
  Schedule::Entry* leaving = pick_->victim;
  ended(flow::Task::until_called, false);
  a.bell.ring();
  schedule_->ring(a.bell, flow::Bell::Who::one, now_);
  EXPECT_EQ(next(), "") << "somebody has its session in hand";
  schedule_->left(*leaving);
  EXPECT_EQ(next(), "a");
}

TEST_F(SessionsOfAProcess, ADatabaseHasNoMoreSessionsThanItsOwnLimit) {
  limits({.sessions = 10, .at_once = {4, 4, 4, 4}});
  Db& db = working("db", {.most = 2});
  Scripted second;
  Scripted third;
  schedule_->add(db.account, Kind::work, second, nullptr, {}, now_);
  schedule_->add(db.account, Kind::work, third, nullptr, {}, now_);
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(next(), "");
  ended(flow::Task::until_called);
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(victim(), "db") << "its own that rests";
}

TEST_F(SessionsOfAProcess, WhatIsKeptForADatabaseNobodyElseGets) {
  limits({.sessions = 3, .at_once = {9, 9, 9, 9}});
  Db& poor = database("poor", {.least = 2});
  working("a");
  working("b");
  EXPECT_EQ(next(), "a");
  EXPECT_EQ(next(), "");
  schedule_->add(poor.account, Kind::work, poor.task, nullptr, {}, now_);
  EXPECT_EQ(next(), "poor");
  ended(flow::Task::until_called);  // a's
  EXPECT_EQ(next(), "b") << "a's that rests";
  EXPECT_EQ(victim(), "a");
}

TEST_F(SessionsOfAProcess, ASessionThatRestsForLongIsClosedUnlessItIsKeptForItsDatabase) {
  Db& db = working("db", {.least = 1, .idle_timeout = 10s});
  Scripted second;
  schedule_->add(db.account, Kind::work, second, nullptr, {}, now_);
  for (int i = 0; i < 2; ++i) turn(1ms, flow::Task::until_called);
  EXPECT_EQ(db.account.held, 2);
  now_ += 10s;
  EXPECT_EQ(next(), "");
  EXPECT_EQ(victim(), "db");
  schedule_->left(*pick_->victim);
  EXPECT_EQ(next(), "");
  EXPECT_EQ(victim(), "");
  EXPECT_EQ(db.account.held, 1);
}

TEST_F(SessionsOfAProcess, ASessionThatIsLentCountsUntilItIsGivenBack) {
  limits({.sessions = 1});
  Db& db = working("db");
  turn(1ms, flow::Task::until_called);
  Schedule::Entry* leaving = nullptr;
  EXPECT_TRUE(schedule_->lend(leaving));
  ASSERT_NE(leaving, nullptr);
  schedule_->left(*leaving);
  EXPECT_FALSE(schedule_->lend(leaving));
  schedule_->ring(db.bell, flow::Bell::Who::one, now_);
  EXPECT_EQ(next(), "");
  schedule_->give_back();
  EXPECT_EQ(next(), "db");
}

TEST_F(SessionsOfAProcess, ALoanGoesBeforeTasksThatHaveNoSession) {
  limits({.sessions = 1});
  working("busy");
  working("other");
  EXPECT_EQ(next(), "busy");
  schedule_->borrowers(1);
  Schedule::Entry* leaving = nullptr;
  EXPECT_FALSE(schedule_->lend(leaving));
  ended(flow::Task::at_once, false);
  EXPECT_EQ(next(), "") << "it would go on like this for ever";
  EXPECT_TRUE(schedule_->lend(leaving));
  schedule_->borrowers(-1);
  schedule_->give_back();
  EXPECT_EQ(next(), "other");
}

TEST_F(SessionsOfAProcess, ALookThatFindsNothingToDoDoesNotMakeASessionRestLess) {
  Db& db = working("db", {.idle_timeout = 10s});
  turn(1ms, 500ms);
  db.task.idle_for = 500ms;
  for (int look = 0; look < 20; ++look) {
    EXPECT_EQ(victim(), "") << look;
    now_ += 500ms;
    EXPECT_EQ(next(), "");
  }
  EXPECT_EQ(victim(), "db");
}

TEST_F(SessionsOfAProcess, WhatIsCutOffKeepsNoneOnceItsDatabaseIsClosed) {
  Db& queued = working("queued");
  Db& running = working("running");
  turn(1ms, flow::Task::until_called);
  EXPECT_EQ(next(), "running");
  for (Db* db : {&queued, &running}) {
    schedule_->stop(db->account, now_);
    schedule_->cancel(db->account);
  }
  ended(flow::Task::at_once);
  EXPECT_EQ(schedule_->held(), 2) << "they are open as long as their tasks are";
  for (Db* db : {&queued, &running}) schedule_->close(db->account);
  EXPECT_EQ(schedule_->held(), 0);
}

TEST_F(SessionsOfAProcess, HoweverManyAreKeptForDatabasesOneIsLeftForTheOthers) {
  limits({.sessions = 3, .at_once = {4, 4, 4, 4}});
  Db& greedy = database("greedy", {.least = 9});
  Db& late = database("late", {.least = 1});
  EXPECT_EQ(greedy.account.share.least, 2);
  EXPECT_EQ(late.account.share.least, 0);
  working("other");
  EXPECT_EQ(next(), "other");
  schedule_->close(greedy.account);
  EXPECT_EQ(database("again", {.least = 1}).account.share.least, 1);
}

TEST_F(SessionsOfAProcess, EachKindOfTaskGetsOneWhereAnotherWouldTakeThemAll) {
  limits({.sessions = 1, .at_once = {9, 9, 9, 9}});
  for (const char* name : {"a", "b"}) working(name);
  Db& drains = database("drains");
  schedule_->add(drains.account, Kind::drain, drains.task, nullptr, {}, now_);
  std::string had;
  for (int n = 0; n < 4; ++n) {
    const std::string who = next();
    had += who + " ";
    now_ += 1ms;
    if (!who.empty()) ended(flow::Task::at_once, false);
  }
  EXPECT_EQ(had, "a drains b drains ");
}

}  // namespace
}  // namespace relay::runtime
