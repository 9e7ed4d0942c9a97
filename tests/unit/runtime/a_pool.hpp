#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "relay/runtime/pool.hpp"
#include "tests/support/eventually.hpp"
#include "tests/unit/runtime/acting.hpp"

namespace relay::runtime {

/// Also on a machine that does other things.
inline constexpr std::chrono::seconds in_time{20};

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
  Db& begin(Db& db, Schedule::Kind kind = Schedule::Kind::work) {
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
    return tests::eventually([&] { return db.task.turns >= turns; }, in_time);
  }
  bool ends(const Db& db) { return pool_->ended_by(db.account, Pool::Clock::now() + in_time); }

  /// Ends every task as it goes: declared after what the tasks use of a test's own.
  class AllEnd {
   public:
    explicit AllEnd(PoolThreads& test) : test_(test) {}
    ~AllEnd() { test_.end_all(); }
    AllEnd(const AllEnd&) = delete;
    AllEnd& operator=(const AllEnd&) = delete;

   private:
    PoolThreads& test_;
  };

  void end_all() {
    for (const auto& db : all_) pool_->stop(db->account);
    for (const auto& db : all_) {
      EXPECT_TRUE(ends(*db));
      pool_->close(db->account);
    }
    all_.clear();
  }

  void TearDown() override {
    end_all();
    Account& none = pool_->open({});
    EXPECT_EQ(pool_->take_use(none).of_all, 0);
    pool_->close(none);
    pool_.reset();
  }

  Tally sessions_;
  std::atomic<int> told_{0};
  std::vector<std::unique_ptr<Db>> all_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace relay::runtime
