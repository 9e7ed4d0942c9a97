#include "relay/flow/bell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace {

using namespace std::chrono_literals;
using relay::flow::Bell;
using Clock = std::chrono::steady_clock;

constexpr auto long_enough = 20s;  // nothing here takes so long unless it is broken

TEST(Bell, ARingBetweenALookAndTheWaitIsNotMissed) {
  Bell bell;
  const std::uint64_t seen = bell.rings();
  bell.ring();
  const auto began = Clock::now();
  bell.wait(seen, long_enough, {});
  EXPECT_LT(Clock::now() - began, long_enough);
}

TEST(Bell, EachRingWakesOneAndAllWakeByOneEach) {
  Bell bell;
  std::atomic<int> awake{0};
  const auto began = Clock::now();
  {
    const std::uint64_t seen = bell.rings();
    const auto wait = [&] {
      bell.wait(seen, long_enough, {});
      ++awake;
      bell.ring();  // as a worker that leaves lanes to the next
    };
    const std::jthread one{wait};
    const std::jthread two{wait};
    const std::jthread three{wait};
    bell.ring();
  }
  EXPECT_EQ(awake, 3);
  EXPECT_LT(Clock::now() - began, long_enough);
}

TEST(Bell, AStopEndsTheWait) {
  Bell bell;
  const auto began = Clock::now();
  {
    std::jthread waiting{
        [&](const std::stop_token& stop) { bell.wait(bell.rings(), long_enough, stop); }};
    waiting.request_stop();
  }
  EXPECT_LT(Clock::now() - began, long_enough);
}

}  // namespace
