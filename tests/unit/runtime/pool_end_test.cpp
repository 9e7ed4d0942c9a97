#include "tests/unit/runtime/a_pool.hpp"

#include <filesystem>
#include <thread>

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
using PoolThreadsEnd = PoolThreads;
using Kind = Schedule::Kind;

long threads_of_process() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/task"},
                       std::filesystem::directory_iterator{});
}

TEST_F(PoolThreadsEnd, AStopGivesEachTaskOneLastTurnAndTellsOfEach) {
  limits({.sessions = 2});
  for (int n = 0; n < 5; ++n) begin(database(), n == 4 ? Kind::chore : Kind::work);
  for (const auto& db : all_) EXPECT_TRUE(has_had(*db, 1));
  for (const auto& db : all_) pool_->stop(db->account);
  for (const auto& db : all_) {
    EXPECT_TRUE(ends(*db));
    EXPECT_EQ(db->task.last_turns, 1);
    EXPECT_FALSE(db->task.has_session());
  }
  EXPECT_TRUE(eventually([&] { return told_ == 5; }, in_time));
  EXPECT_EQ(pool_->take_use(all_[0]->account).of_all, 0);
}

TEST_F(PoolThreadsEnd, ACancelledTurnIsItsLastAndWhoeverWaitsForItIsTold) {
  limits({});
  Signal began;
  Signal cut_off;
  const AllEnd end{*this};
  Db& db = begin(database([&](const auto&) {
    began.give();
    EXPECT_TRUE(cut_off.wait());
    return flow::Task::at_once;
  }));
  db.task.on_cancel = [&] { cut_off.give(); };
  ASSERT_TRUE(began.wait());
  pool_->stop(db.account);
  EXPECT_FALSE(pool_->ended_by(db.account, Pool::Clock::now()));
  std::thread waits{[&] {
    const auto before = Pool::Clock::now();
    EXPECT_TRUE(pool_->ended_by(db.account, before + 60s));
    EXPECT_LT(Pool::Clock::now() - before, 30s) << "nobody told it";
  }};
  pool_->cancel(db.account);
  waits.join();
  EXPECT_EQ(db.task.last_turns, 0);
}

TEST_F(PoolThreadsEnd, ATaskWhoseSessionIsBeingClosedForAnotherHasNotEndedBeforeThat) {
  limits({.sessions = 1});
  Db& robbed = resting();
  Signal leaving;
  Signal left;
  const AllEnd end{*this};
  robbed.task.on_leave = [&] {
    leaving.give();
    EXPECT_TRUE(left.wait());
  };
  begin(database());
  ASSERT_TRUE(leaving.wait());
  pool_->stop(robbed.account);
  pool_->cancel(robbed.account);
  EXPECT_FALSE(pool_->ended_by(robbed.account, Pool::Clock::now() + 20ms));
  left.give();
  EXPECT_TRUE(ends(robbed));
}

TEST_F(PoolThreadsEnd, ByThemselvesWhileThereIsNothingToDoButForAFew) {
  limits({.sessions = 20, .at_once = {1, 20, 1, 1}});
  const long before = threads_of_process();
  Tally at_work;
  const AllEnd end{*this};
  for (int n = 0; n < 12; ++n) {
    begin(database([&](const auto&) {
      at_work.more();
      EXPECT_TRUE(eventually([&] { return at_work.most() >= 12; }, in_time));
      return flow::Task::until_called;
    }));
  }
  for (const auto& db : all_) EXPECT_TRUE(has_had(*db, 1));
  EXPECT_GE(threads_of_process(), before + 11);
  EXPECT_TRUE(eventually([&] { return threads_of_process() <= before + 1; }, 30s))
      << threads_of_process() - before << " more than at first";
  all_[0]->bell.ring();
  EXPECT_TRUE(has_had(*all_[0], 2)) << "one was to stay";
}

TEST(PoolsEnd, WaitsForNoThreadThatHasNothingToDo) {
  Tally sessions;
  Tally at_work;
  const auto both = [&](const auto&) {
    at_work.more();
    EXPECT_TRUE(eventually([&] { return at_work.most() >= 2; }, in_time));
    return flow::Task::until_called;
  };
  Acting one{sessions, both};
  Acting two{sessions, both};
  auto pool = std::make_unique<Pool>(Schedule::Options{}, [] {});
  Account& account = pool->open({});
  pool->add(account, Kind::work, one, nullptr);
  pool->add(account, Kind::work, two, nullptr);
  EXPECT_TRUE(eventually([&] { return one.turns + two.turns == 2; }, in_time));
  pool->stop(account);
  EXPECT_TRUE(pool->ended_by(account, Pool::Clock::now() + in_time));
  pool->close(account);
  const auto before = Pool::Clock::now();
  pool.reset();
  EXPECT_LT(Pool::Clock::now() - before, 8s) << "they end by themselves after ten";
}

}  // namespace
}  // namespace relay::runtime
