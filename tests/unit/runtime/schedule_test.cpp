#include "tests/unit/runtime/a_schedule.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

using WhoIsNext = ASchedule;

TEST_F(WhoIsNext, IsTheDatabaseThatHasHadTheLeastTime) {
  working("slow");
  working("quick");
  EXPECT_EQ(turn(100ms), "slow");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(turn(10ms), "quick") << i;
  EXPECT_EQ(turn(100ms), "slow");
}

TEST_F(WhoIsNext, WhoHadNothingToDoIsNotOwedForItAndComesFirstOnce) {
  working("busy");
  Db& quiet = working("quiet");
  EXPECT_EQ(turn(1ms), "busy");
  EXPECT_EQ(turn(1ms, flow::Task::until_called), "quiet");
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(turn(10ms), "busy");
  quiet.bell.ring();
  EXPECT_TRUE(schedule_->ring(quiet.bell, flow::Bell::Who::one, now_));
  EXPECT_EQ(turn(20ms), "quiet");
  EXPECT_EQ(turn(10ms), "busy") << "it would have to wait for ten seconds otherwise";
}

TEST_F(WhoIsNext, ATurnThatTakesLongLetsAnotherInAfterAWhile) {
  limits({.at_once = {1, 1, 1, 1}});
  working("slow");
  working("other");
  EXPECT_EQ(next(), "slow");
  EXPECT_EQ(next(), "") << "one at once";
  EXPECT_EQ(schedule_->wake_at(now_), now_ + 20ms);
  now_ += 20ms;
  EXPECT_EQ(next(), "other");
}

TEST_F(WhoIsNext, ARingDuringATurnIsNotMissed) {
  Db& db = working("db");
  EXPECT_EQ(next(), "db");
  db.bell.ring();
  EXPECT_FALSE(schedule_->ring(db.bell, flow::Bell::Who::one, now_));
  ended(flow::Task::until_called);
  EXPECT_EQ(next(), "db");
  ended(flow::Task::until_called);
  EXPECT_EQ(next(), "");
  EXPECT_EQ(schedule_->wake_at(now_ + 1ms), now_ + 300s) << "its session's rest alone";
}

TEST_F(WhoIsNext, ARingForOneCallsOneAndThatForAllCallsAll) {
  Db& db = working("db");
  Scripted second;
  schedule_->add(db.account, Kind::work, second, &db.bell, {}, now_);
  for (int i = 0; i < 2; ++i) turn(1ms, flow::Task::until_called);
  db.bell.ring();
  schedule_->ring(db.bell, flow::Bell::Who::one, now_);
  EXPECT_EQ(turn(1ms, flow::Task::until_called), "db");
  EXPECT_EQ(next(), "");
  db.bell.ring_for_all();
  schedule_->ring(db.bell, flow::Bell::Who::all, now_);
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(next(), "db");
}

TEST_F(WhoIsNext, ATaskComesWhenItHasSaid) {
  working("db");
  turn(1ms, 100ms);
  EXPECT_EQ(next(), "");
  EXPECT_EQ(schedule_->wake_at(now_), now_ + 100ms);
  now_ += 100ms;
  EXPECT_EQ(next(), "db");
}

TEST_F(WhoIsNext, NoServerHoldsMoreThanHalfWhereThereIsAnother) {
  limits({.sessions = 4, .at_once = {9, 9, 9, 9}});
  for (const char* name : {"a1", "a2", "a3"}) working(name, {.server = "a"});
  EXPECT_EQ(next(), "a1");
  EXPECT_EQ(next(), "a2");
  EXPECT_EQ(next(), "a3") << "it is the only one";
  working("b1", {.server = "b"});
  EXPECT_EQ(next(), "b1");
  ended(flow::Task::at_once);
  EXPECT_EQ(next(), "") << "two of a are in a turn";
}

TEST_F(WhoIsNext, NoListenerHoldsMoreThanHalf) {
  limits({.sessions = 4, .at_once = {9, 9, 9, 9}});
  Db& db = database("db");
  Scripted tasks[3];
  for (Scripted& task : tasks) {
    schedule_->add(db.account, Kind::drain, task, nullptr, {"listener slow"}, now_);
  }
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(next(), "db");
  EXPECT_EQ(next(), "");
  schedule_->add(db.account, Kind::work, db.task, nullptr, {}, now_);
  EXPECT_EQ(next(), "db");
}

TEST_F(WhoIsNext, AStopGivesEachALastTurnAndChoresTheVeryLast) {
  Db& db = working("db");
  Scripted chore;
  schedule_->add(db.account, Kind::chore, chore, nullptr, {}, now_);
  EXPECT_EQ(next(), "db");
  Schedule::Entry* work = pick_->entry;
  EXPECT_EQ(next(), "db");
  ended(flow::Task::until_called);  // the work
  ended(flow::Task::until_called);  // the chore
  schedule_->stop(db.account, now_);
  ASSERT_EQ(next(), "db");
  EXPECT_EQ(pick_->entry, work);
  EXPECT_EQ(next(), "") << "the chore waits for it";
  ended(std::nullopt, false);
  EXPECT_EQ(next(), "db");
  ended(std::nullopt, false);
  EXPECT_EQ(db.account.alive, 0);
  EXPECT_EQ(schedule_->held(), 0);
}

TEST_F(WhoIsNext, WhatIsCutOffHasNoLastTurn) {
  Db& db = working("db");
  Scripted chore;
  schedule_->add(db.account, Kind::chore, chore, nullptr, {}, now_);
  EXPECT_EQ(next(), "db");
  schedule_->stop(db.account, now_);
  schedule_->cancel(db.account);
  EXPECT_TRUE(db.task.cancelled);
  EXPECT_TRUE(chore.cancelled);
  EXPECT_EQ(db.account.alive, 1);
  ended(flow::Task::at_once, false);
  EXPECT_EQ(db.account.alive, 0);
}

TEST_F(WhoIsNext, WhatIsCutOffWhileItsSessionIsClosedForAnotherEndsAfterwards) {
  limits({.sessions = 1});
  Db& robbed = working("robbed");
  turn(1ms, flow::Task::until_called);
  working("other");
  EXPECT_EQ(next(), "other");
  ASSERT_EQ(victim(), "robbed");
  schedule_->stop(robbed.account, now_);
  schedule_->cancel(robbed.account);
  EXPECT_EQ(robbed.account.alive, 1);
  EXPECT_TRUE(schedule_->left(*pick_->victim));
  EXPECT_EQ(robbed.account.alive, 0);
}

}  // namespace
}  // namespace relay::runtime
