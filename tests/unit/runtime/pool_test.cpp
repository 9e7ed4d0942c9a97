#include "tests/unit/runtime/a_pool.hpp"

#include <array>
#include <thread>

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
using Kind = Schedule::Kind;
using Pause = flow::Task::Pause;

// Four databases share three sessions, so that bells ring for tasks in a turn, at rest, in the
// queue, about to rest, and whose session is being closed.
TEST_F(PoolThreads, EachRingFromAnyThreadIsFollowedByATurnThatBeganAfterIt) {
  limits({.sessions = 3, .at_once = {2, 2, 2, 1}});
  struct Work {
    std::atomic<int> wanted{0};
    std::atomic<int> done{0};
  };
  std::array<Work, 4> works;
  const AllEnd end{*this};
  std::vector<Db*> dbs;
  for (Work& work : works) {
    Db& db = database([&work](const auto&) {
      work.done = work.wanted.load();
      return flow::Task::until_called;
    });
    db.task.when_idle = [&work] {
      return work.done == work.wanted ? flow::Task::until_called : flow::Task::at_once;
    };
    dbs.push_back(&begin(db, dbs.size() % 2 == 0 ? Kind::work : Kind::look));
  }
  std::atomic<int> missed{0};
  std::vector<std::thread> ringers;
  for (std::size_t n = 0; n < 8; ++n) {
    ringers.emplace_back([&, n] {
      for (std::size_t ring = 0; ring < 250 && missed == 0; ++ring) {
        const std::size_t which = (n + ring / 5) % works.size();
        const int mine = ++works[which].wanted;
        ring % 3 == 0 ? dbs[which]->bell.ring_for_all() : dbs[which]->bell.ring();
        if (ring % 5 != 0) continue;  // on top of one that is not answered yet
        if (!eventually([&] { return works[which].done >= mine; }, in_time)) ++missed;
      }
    });
  }
  for (std::thread& ringer : ringers) ringer.join();
  EXPECT_EQ(missed, 0);
  for (const Work& work : works) {
    EXPECT_TRUE(eventually([&] { return work.done == work.wanted; }, in_time));
  }
  EXPECT_LE(sessions_.most(), 3);
}

TEST_F(PoolThreads, HaveNoMoreTurnsAtOnceThanAreAllowedAndNoFewer) {
  limits({.sessions = 10, .at_once = {2, 3, 2, 1}, .hand_over_after = 10min});
  Tally turns;
  const AllEnd end{*this};
  for (int n = 0; n < 6; ++n) {
    begin(database([&](const auto&) {
      turns.more();
      eventually([&] { return turns.most() >= 3; }, in_time);
      std::this_thread::sleep_for(1ms);  // for a fourth to come, if one may
      turns.less();
      return Pause{1};
    }));
  }
  for (const auto& db : all_) EXPECT_TRUE(has_had(*db, 20));
  EXPECT_EQ(turns.most(), 3);
}

TEST_F(PoolThreads, NeverOpenMoreSessionsThanThereAreHoweverManyWantOne) {
  limits({.sessions = 4, .at_once = {8, 8, 8, 8}, .hand_over_after = 1ms});
  for (int n = 0; n < 12; ++n) {
    Db& db = database([n](const auto&) {
      std::this_thread::sleep_for(n % 3 * 1ms);
      return Pause{n % 4 * 500};
    });
    begin(db, n % 2 == 0 ? Kind::work : Kind::drain);
  }
  std::vector<std::thread> borrowers;
  for (int n = 0; n < 3; ++n) {
    borrowers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto loan = pool_->lend(Pool::Clock::now() + in_time);
        EXPECT_NE(loan, nullptr);
        sessions_.more();
        std::this_thread::sleep_for(1ms);
        sessions_.less();
      }
    });
  }
  for (std::thread& borrower : borrowers) borrower.join();
  for (const auto& db : all_) ASSERT_TRUE(has_had(*db, 30));
  EXPECT_EQ(sessions_.most(), 4);
}

// One of them has lost its session to the long turn.
TEST_F(PoolThreads, ALongTurnKeepsNobodyWaiting) {
  limits({.sessions = 2, .at_once = {1, 1, 1, 1}});
  Db& robbed = resting();
  Db& other = resting();
  Signal began;
  Signal over;
  const AllEnd end{*this};
  begin(database([&](const auto&) {
    began.give();
    EXPECT_TRUE(over.wait());
    return flow::Task::until_called;
  }));
  ASSERT_TRUE(began.wait());
  EXPECT_FALSE(robbed.task.has_session());
  for (int ring = 2; ring < 12; ++ring) {
    for (Db* db : {&robbed, &other}) {
      db->bell.ring();
      EXPECT_TRUE(has_had(*db, ring));
    }
  }
  over.give();
}

TEST_F(PoolThreads, CallATaskWhenItsPauseIsOverAndNotBefore) {
  limits({});
  std::vector<Pool::Clock::time_point> began;
  const AllEnd end{*this};
  Db& db = begin(database([&](const auto&) {
    began.push_back(Pool::Clock::now());
    return began.size() < 10 ? Pause{20ms} : flow::Task::until_called;
  }));
  ASSERT_TRUE(has_had(db, 10));
  for (std::size_t n = 1; n < began.size(); ++n) EXPECT_GE(began[n] - began[n - 1], 20ms);
}

TEST_F(PoolThreads, ALoanIsHadFromWhoeverRestsAndWaitedForWhileNobodyDoes) {
  limits({.sessions = 1});
  Signal began;
  Signal over;
  const AllEnd end{*this};
  Db& db = begin(database([&](const auto&) {
    began.give();
    EXPECT_TRUE(over.wait());
    return flow::Task::until_called;
  }));
  ASSERT_TRUE(began.wait());
  EXPECT_EQ(pool_->lend(Pool::Clock::now() + 10ms), nullptr) << "it is in a turn";
  std::thread lets_go{[&] { over.give(); }};
  auto loan = pool_->lend(Pool::Clock::now() + in_time);
  lets_go.join();
  ASSERT_NE(loan, nullptr);
  EXPECT_FALSE(db.task.has_session());
  db.bell.ring();
  EXPECT_EQ(db.task.turns, 1);
  loan.reset();
  EXPECT_TRUE(has_had(db, 2));
}

TEST_F(PoolThreads, ALoanThatIsWaitedForIsGivenUpAtAStop) {
  limits({.sessions = 1});
  const auto held = pool_->lend(Pool::Clock::now() + in_time);
  ASSERT_NE(held, nullptr);
  std::unique_ptr<Pool::Loan> loan;
  const auto began = Pool::Clock::now();
  std::jthread waits{[&](const std::stop_token& stop) {
    loan = pool_->lend(Pool::Clock::now() + 10 * in_time, stop);
  }};
  waits.request_stop();
  waits.join();
  EXPECT_EQ(loan, nullptr);
  EXPECT_LT(Pool::Clock::now() - began, in_time);
}

}  // namespace
}  // namespace relay::runtime
