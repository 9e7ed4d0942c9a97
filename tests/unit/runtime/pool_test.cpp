#include "relay/runtime/pool.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include "tests/support/eventually.hpp"
#include "tests/unit/runtime/acting.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;
using tests::eventually;
using Kind = Schedule::Kind;
using Pause = flow::Task::Pause;

constexpr auto in_time = 20s;  // on a machine that does other things, too

long threads_of_process() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/task"},
                       std::filesystem::directory_iterator{});
}

/// A pool with tasks that do what the test says. Stops them at the end.
class PoolThreads : public testing::Test {
 protected:
  /// A database with one task.
  struct Db {
    Db(Account& of, Tally& sessions, Acting::Act act)
        : account(of), task(sessions, std::move(act)) {}
    Account& account;
    flow::Bell bell;
    Acting task;
  };

  void limits(Schedule::Options options) {
    pool_ = std::make_unique<Pool>(options, [this] { ++told_; });
  }
  Db& database(
      Acting::Act act = [](const auto&) { return flow::Task::until_called; }, Share share = {}) {
    if (share.server.empty()) share.server = "one";
    Db& db =
        *all_.emplace_back(std::make_unique<Db>(pool_->open(share), sessions_, std::move(act)));
    db.bell.answer([this, &db](flow::Bell::Who who) { pool_->ring(db.bell, who); });
    return db;
  }
  Db& begin(Db& db, Kind kind = Kind::work) {
    pool_->add(db.account, kind, db.task, &db.bell);
    return db;
  }
  /// Begun, and at rest with its session after a first turn.
  Db& resting() {
    Db& db = begin(database());
    EXPECT_TRUE(has_had(db, 1));
    return db;
  }
  static bool has_had(const Db& db, int turns) {
    return eventually([&] { return db.task.turns >= turns; }, in_time);
  }
  bool ends(const Db& db) { return pool_->ended_by(db.account, Pool::Clock::now() + in_time); }

  void TearDown() override {
    for (const auto& db : all_) pool_->stop(db->account);
    for (const auto& db : all_) {
      EXPECT_TRUE(ends(*db));
      pool_->close(db->account);
    }
    EXPECT_EQ(pool_->held(), 0);
    pool_.reset();
  }

  Tally sessions_;
  std::atomic<int> told_{0};
  std::vector<std::unique_ptr<Db>> all_;
  std::unique_ptr<Pool> pool_;
};

// Four databases share three sessions, so that bells ring for tasks in a turn, at rest, in the
// queue, about to rest, and whose session is being closed.
TEST_F(PoolThreads, EachRingFromAnyThreadIsFollowedByATurnThatBeganAfterIt) {
  limits({.sessions = 3, .at_once = {2, 2, 2, 1}});
  struct Work {
    std::atomic<int> wanted{0};
    std::atomic<int> done{0};
  };
  std::array<Work, 4> works;
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
  Db& db = begin(database([&](const auto&) {
    began.push_back(Pool::Clock::now());
    return began.size() < 10 ? Pause{20ms} : flow::Task::until_called;
  }));
  ASSERT_TRUE(has_had(db, 10));
  for (std::size_t n = 1; n < began.size(); ++n) EXPECT_GE(began[n] - began[n - 1], 20ms);
}

TEST_F(PoolThreads, AStopGivesEachTaskOneLastTurnAndTellsOfEach) {
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
  EXPECT_EQ(pool_->held(), 0);
}

TEST_F(PoolThreads, ACancelledTurnIsItsLastAndWhoeverWaitsForItIsTold) {
  limits({});
  Signal began;
  Signal cut_off;
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

TEST_F(PoolThreads, ATaskWhoseSessionIsBeingClosedForAnotherHasNotEndedBeforeThat) {
  limits({.sessions = 1});
  Db& robbed = resting();
  Signal leaving;
  Signal left;
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

TEST_F(PoolThreads, ALoanIsHadFromWhoeverRestsAndWaitedForWhileNobodyDoes) {
  limits({.sessions = 1});
  Signal began;
  Signal over;
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

TEST_F(PoolThreads, WithNothingToDoEndButForAFew) {
  limits({.sessions = 20, .at_once = {1, 20, 1, 1}});
  const long before = threads_of_process();
  Tally at_work;
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
