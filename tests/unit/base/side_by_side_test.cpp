#include "relay/base/side_by_side.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using relay::side_by_side;

/// Each that comes waits until `wanted` have come, or for a while.
class Meeting {
 public:
  explicit Meeting(int wanted) : wanted_(wanted) {}
  bool attend() {
    std::unique_lock lock{mutex_};
    ++come_;
    all_.notify_all();
    return all_.wait_for(lock, 10s, [&] { return come_ >= wanted_; });
  }

 private:
  int wanted_;
  int come_ = 0;
  std::mutex mutex_;
  std::condition_variable all_;
};

TEST(SideBySide, SoManyAreAtWorkAtOnceAndNoMore) {
  Meeting meeting{3};  // nobody leaves before three are there
  std::atomic<int> here{0};
  std::atomic<int> most{0};
  std::atomic<bool> met{true};
  std::atomic<int> works{0};
  side_by_side(20, 3, [&](std::size_t) {
    const int now = ++here;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
    if (!meeting.attend()) met = false;
    ++works;
    --here;
  });
  EXPECT_TRUE(met);
  EXPECT_EQ(most, 3);
  EXPECT_EQ(works, 20);
}

TEST(SideBySide, WhatIsThroughIsTakenInOrderThoughTheFirstIsTheLast) {
  std::counting_semaphore<3> others{0};
  std::vector<std::size_t> taken;
  side_by_side(
      4, 4,
      [&](std::size_t i) {
        if (i > 0) return others.release();
        for (int n = 0; n < 3; ++n) EXPECT_TRUE(others.try_acquire_for(10s));
      },
      [&](std::size_t i) { taken.push_back(i); });
  EXPECT_EQ(taken, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(SideBySide, AFailureIsThrownInItsTurnAndNothingMoreIsBegun) {
  std::vector<std::size_t> taken;
  std::atomic<int> begun{0};
  const auto fail = [&] {
    side_by_side(
        1'000'000, 2,
        [&](std::size_t i) {
          ++begun;
          if (i == 2) throw std::runtime_error{"the third"};
        },
        [&](std::size_t i) { taken.push_back(i); });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(taken, (std::vector<std::size_t>{0, 1}));
  EXPECT_LT(begun, 1'000'000);
}

TEST(SideBySide, ASingleOneIsTheCallersOwnWork) {
  const auto caller = std::this_thread::get_id();
  std::thread::id worker;
  side_by_side(1, 10, [&](std::size_t) { worker = std::this_thread::get_id(); });
  EXPECT_EQ(worker, caller);
  side_by_side(0, 10, [&](std::size_t) { FAIL() << "there is nothing to do"; });
}

}  // namespace
