#include "tests/unit/runtime/a_schedule.hpp"

#include <algorithm>

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

/// Databases of one server that gives fewer sessions than the process may have.
class SessionsThatAServerRefuses : public ASchedule {
 protected:
  SessionsThatAServerRefuses() {
    limits({.sessions = 20, .at_once = {9, 9, 9, 9}, .chance = [] { return 0.999; }});
  }

  /// The turn that began first had no session.
  void refused(flow::Refusal::Whose whose = flow::Refusal::Whose::role) {
    Schedule::Entry* entry = running_.front();
    running_.erase(running_.begin());
    schedule_->ended(*entry, flow::Task::until_called, false, now_,
                     flow::Refusal{whose, "too many"});
  }
  /// Where one session is given and rests, and another was refused.
  void one_is_given_to(const std::string& name, Share share = {}) {
    working(name, std::move(share));
    EXPECT_EQ(turn(1ms, flow::Task::until_called), name);
  }
};

TEST_F(SessionsThatAServerRefuses, AreLeftByWhoRestsForWhoWasRefused) {
  one_is_given_to("a");
  working("b");
  EXPECT_EQ(next(), "b");
  EXPECT_EQ(victim(), "");
  refused();
  EXPECT_EQ(next(), "b") << "it was not parked";
  EXPECT_EQ(victim(), "a");
  EXPECT_EQ(schedule_->held(), 1);
}

TEST_F(SessionsThatAServerRefuses, AreNotAskedForWhileAllAreAtWorkUntilATryIsDue) {
  one_is_given_to("a");
  schedule_->ring(all_[0]->bell, flow::Bell::Who::one, now_);
  EXPECT_EQ(next(), "a");
  working("b");
  EXPECT_EQ(next(), "b");
  std::rotate(running_.begin(), running_.begin() + 1, running_.end());
  refused();
  const Schedule::Moment refused_at = now_;
  now_ += 30ms;  // no turn is young any more
  EXPECT_EQ(next(), "");
  const Schedule::Moment due = schedule_->wake_at(now_);
  EXPECT_GE(due, refused_at + Room::pause_least / 2);
  EXPECT_LE(due, refused_at + Room::pause_least);
  now_ = due;
  EXPECT_EQ(next(), "b") << "it may be given by now";
}

TEST_F(SessionsThatAServerRefuses, AreNotTakenByAWorkerFromItsOwnDatabasesScout) {
  Db& db = database("db");
  Scripted look;
  Scripted second;
  schedule_->add(db.account, Kind::look, look, nullptr, {}, now_);
  schedule_->add(db.account, Kind::work, db.task, nullptr, {}, now_);
  for (int n = 0; n < 2; ++n) EXPECT_EQ(turn(1ms, flow::Task::until_called), "db");
  schedule_->add(db.account, Kind::work, second, nullptr, {}, now_);
  EXPECT_EQ(next(), "db");
  refused();
  EXPECT_EQ(next(), "") << "the other worker does what it would do";
}

TEST_F(SessionsThatAServerRefuses, AreLeftByWhoWorksWithoutARestForWhoHasWaitedForLong) {
  working("busy");
  EXPECT_EQ(turn(10ms), "busy");
  working("b");
  EXPECT_EQ(next(), "b") << "it has had less time";
  refused();
  for (int n = 0; n < 5; ++n) {  // until it is tried seldom
    now_ += 3s;
    EXPECT_EQ(next(), "b");
    refused();
  }
  for (int n = 0; n < 4; ++n) EXPECT_EQ(turn(40ms), "busy") << n;
  EXPECT_EQ(schedule_->held(), 1);
  now_ += 40ms;
  EXPECT_EQ(next(), "b");
}

TEST_F(SessionsThatAServerRefuses, OfADatabaseAreNothingToTheOthers) {
  one_is_given_to("a", {.on_server = "a"});
  working("b", {.on_server = "b"});
  EXPECT_EQ(next(), "b");
  refused(flow::Refusal::Whose::database);
  EXPECT_EQ(next(), "") << "what a has would not help";
  working("c", {.on_server = "c"});
  EXPECT_EQ(next(), "c");
  EXPECT_EQ(victim(), "");
}

TEST_F(SessionsThatAServerRefuses, ToARoleAreNothingToAnotherRole) {
  one_is_given_to("a", {.role = "few"});
  working("b", {.role = "few"});
  EXPECT_EQ(next(), "b");
  refused();
  working("c", {.role = "many"});
  EXPECT_EQ(next(), "b");
  EXPECT_EQ(victim(), "a");
  EXPECT_EQ(next(), "c");
  EXPECT_EQ(victim(), "");
}

TEST_F(SessionsThatAServerRefuses, AreTakenFromWhoHasOneReservedForNobodyWasGivenThat) {
  one_is_given_to("a", {.least = 1});
  working("b", {.least = 1});
  EXPECT_EQ(next(), "b");
  refused();
  EXPECT_EQ(next(), "b");
  EXPECT_EQ(victim(), "a");
}

TEST_F(SessionsThatAServerRefuses, AreToldOfEachDatabaseThatSharesThem) {
  one_is_given_to("a");
  working("b");
  working("c", {.server = "another"});
  EXPECT_EQ(next(), "b");
  refused();
  const auto all = schedule_->refused(now_);
  EXPECT_EQ(all.size(), 2U);
  ASSERT_TRUE(all.contains(&all_[0]->account));
  EXPECT_TRUE(all.at(&all_[0]->account).crowded);
  EXPECT_EQ(all.at(&all_[0]->account).why.why, "too many");
}

using WhatWorkWaitsFor = ASchedule;

TEST_F(WhatWorkWaitsFor, IsSessionsOnlyWhereThoseAreWhatIsShort) {
  limits({.sessions = 2, .at_once = {1, 1, 1, 1}});
  working("a");
  working("b");
  EXPECT_EQ(next(), "a");
  EXPECT_EQ(next(), "") << "its turn is young";
  now_ += 5s;
  EXPECT_EQ(schedule_->waiting(now_).at(&all_[1]->account).lack, Lack::threads);
  limits({.sessions = 1, .at_once = {9, 9, 9, 9}});
  all_.clear();
  running_.clear();
  working("a");
  working("b");
  EXPECT_EQ(next(), "a");
  EXPECT_EQ(next(), "");
  EXPECT_TRUE(schedule_->waiting(now_).empty()) << "not for long";
  now_ += 5s;
  EXPECT_EQ(schedule_->waiting(now_).at(&all_[1]->account).lack, Lack::sessions);
}

}  // namespace
}  // namespace relay::runtime
