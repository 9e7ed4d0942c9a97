#include <gtest/gtest.h>

#include <atomic>

#include "relay/upkeep/lease.hpp"
#include "relay/upkeep/upkeep.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/running_task.hpp"
#include "tests/support/test_database.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

/// Counts its steps; or fails, or asks how long it may take.
class CountedChore final : public Chore {
 public:
  explicit CountedChore(std::atomic<int>& steps, std::string sql = "SELECT 1")
      : steps_(steps), sql_(std::move(sql)) {}
  [[nodiscard]] std::string name() const override { return "counting"; }
  Next step(pg::Connection& connection) override {
    ++steps_;
    connection.exec(sql_);
    return {10ms, true};
  }

 private:
  std::atomic<int>& steps_;
  std::string sql_;
};

class KeepingHouse : public ::testing::Test {
 protected:
  /// Upkeep that has its turns.
  struct Running {
    Running(UpkeepOptions options, Chores chores) : upkeep(std::move(options), std::move(chores)) {}
    Upkeep upkeep;
    tests::RunningTask task{upkeep};
  };

  std::unique_ptr<Running> start(const std::string& instance, std::atomic<int>& steps) {
    Chores chores;
    chores.push_back(std::make_unique<CountedChore>(steps));
    return start(instance, std::move(chores));
  }
  std::unique_ptr<Running> start(const std::string& instance, Chores chores) {
    return std::make_unique<Running>(UpkeepOptions{.database = "main",
                                                   .conninfo = db_.url(),
                                                   .instance = instance,
                                                   .first = std::chrono::milliseconds{0},
                                                   .rest = 20ms,
                                                   .ask_again = 20ms},
                                     std::move(chores));
  }
  [[nodiscard]] std::string holder() const {
    return db_.value(
        "SELECT split_part(holder, ' ', 1) FROM upkeep_lease WHERE held_until > now()");
  }

  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
  std::atomic<int> one_steps_{0};
  std::atomic<int> two_steps_{0};
};

TEST_F(KeepingHouse, LeasesToOneAtATimeUntilItIsGivenBackOrOver) {
  pg::Connection other{db_.url()};
  Lease one{"one"};
  Lease two{"two"};
  EXPECT_TRUE(one.keep(connection_));
  EXPECT_FALSE(two.keep(other));
  one.release(connection_);
  EXPECT_TRUE(two.keep(other));
  EXPECT_FALSE(one.keep(connection_));
  db_.run("UPDATE upkeep_lease SET held_until = clock_timestamp() - interval '1 s'");
  EXPECT_TRUE(one.keep(connection_));
}

TEST_F(KeepingHouse, IsDoneByOneOfTwoRelaysAndByTheOtherOnceThatHasStopped) {
  auto one = start("one", one_steps_);
  ASSERT_TRUE(eventually([&] { return one_steps_ > 0; }));
  const auto two = start("two", two_steps_);
  const int before = one_steps_;
  ASSERT_TRUE(eventually([&] { return one_steps_ > before + 20; }));
  EXPECT_EQ(two_steps_, 0);
  EXPECT_EQ(holder(), "one");
  one.reset();
  EXPECT_TRUE(eventually([&] { return two_steps_ > 0; }, 5s)) << "without waiting for its end";
  EXPECT_EQ(holder(), "two");
}

TEST_F(KeepingHouse, IsTakenOverWhenTheLeaseOfARelayThatDiedIsOver) {
  db_.run(
      "UPDATE upkeep_lease SET holder = 'dead', held_until = clock_timestamp() + interval "
      "'600 ms'");
  const auto one = start("one", one_steps_);
  ASSERT_TRUE(eventually([&] { return one_steps_ > 0; }, 10s));
  EXPECT_EQ(holder(), "one");
  Lease dead{"dead"};
  EXPECT_FALSE(dead.keep(connection_));
}

TEST_F(KeepingHouse, WaitsForTheEndOfAnothersLease) {
  db_.run("UPDATE upkeep_lease SET holder = 'other', held_until = now() + interval '60 s'");
  const auto one = start("one", one_steps_);
  EXPECT_TRUE(eventually([&] {
    return db_.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND application_name LIKE 'freshet upkeep%'") > 0;
  }));
  EXPECT_FALSE(eventually([&] { return one_steps_ > 0; }, 500ms));
  db_.run("UPDATE upkeep_lease SET held_until = clock_timestamp()");
  EXPECT_TRUE(eventually([&] { return one_steps_ > 0; }));
}

TEST_F(KeepingHouse, DoesNotWaitForALeaseWhoseEndIsOfATimeWhenTheClockWasWrong) {
  db_.run("UPDATE upkeep_lease SET holder = 'dead', held_until = now() + interval '1 year'");
  Lease one{"one"};
  EXPECT_TRUE(one.keep(connection_));
  EXPECT_EQ(holder(), "one");
}

TEST_F(KeepingHouse, GoesOnWithOtherChoresWhenOneFailsAndAfterItsSessionIsTerminated) {
  Chores chores;
  chores.push_back(std::make_unique<CountedChore>(one_steps_, "SELECT 1 / 0"));
  chores.push_back(std::make_unique<CountedChore>(two_steps_));
  const auto upkeep = start("one", std::move(chores));
  EXPECT_TRUE(eventually([&] { return one_steps_ > 2 && two_steps_ > 2; }));
  db_.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
      "current_database() AND application_name LIKE 'freshet upkeep%'");
  const int before = two_steps_;
  EXPECT_TRUE(eventually([&] { return two_steps_ > before + 2; }));
}

TEST_F(KeepingHouse, EndsInTimeWhileAStepIsUnderWay) {
  Chores chores;
  chores.push_back(std::make_unique<CountedChore>(one_steps_, "SELECT pg_sleep(60)"));
  auto upkeep = start("one", std::move(chores));
  ASSERT_TRUE(eventually([&] { return one_steps_ > 0; }));
  const auto began = std::chrono::steady_clock::now();
  upkeep.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

}  // namespace
}  // namespace relay::upkeep
