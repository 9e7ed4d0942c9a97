#include "relay/flow/breaker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "relay/flow/shared_breaker.hpp"

namespace relay::flow {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;
using Outcome = Breaker::Outcome;

/// A breaker whose clock stands still until it is moved, and whose dice fall as they are told.
class BreakerTest : public ::testing::Test {
 protected:
  void call(Outcome outcome) {
    const auto permit = breaker_.ask(now_);
    ASSERT_TRUE(permit.has_value());
    breaker_.report(*permit, outcome, now_, "connection refused");
  }
  void fail(int times) {
    for (int i = 0; i < times; ++i) ASSERT_NO_FATAL_FAILURE(call(Outcome::failed));
  }
  void probe_fails() {
    now_ = breaker_.view().retry.value();
    ASSERT_NO_FATAL_FAILURE(fail(1));
  }
  State state() { return breaker_.view().state; }
  int at_once() {
    int permits = 0;
    while (breaker_.ask(now_)) ++permits;
    return permits;
  }

  Breaker::Time now_{1'000s};
  double dice_ = 0.5;
  Breaker breaker_{{.callers = 6}, [this] { return dice_; }, now_};
};

TEST_F(BreakerTest, ClosedLetsAllCallersInAndSaysNothing) {
  EXPECT_EQ(at_once(), 6);
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(breaker_.view().why, "");
}

TEST_F(BreakerTest, FiveFailuresInARowOpenIt) {
  fail(4);
  call(Outcome::worked);
  fail(4);
  EXPECT_EQ(state(), State::closed);
  fail(1);
  EXPECT_EQ(state(), State::open);
  EXPECT_FALSE(breaker_.ask(now_).has_value());
  EXPECT_EQ(breaker_.view().why, "connection refused");
  EXPECT_EQ(breaker_.view().since, now_);
}

TEST_F(BreakerTest, HalfOfTenCallsOpenIt) {
  for (int i = 0; i < 4; ++i) {
    call(Outcome::failed);
    call(Outcome::worked);
  }
  call(Outcome::worked);
  EXPECT_EQ(state(), State::closed) << "nine calls are too few to judge by";
  fail(1);
  EXPECT_EQ(state(), State::open) << "five of ten";
}

TEST_F(BreakerTest, ForgetsCallsOlderThanTheWindow) {
  fail(4);
  now_ += 31s;
  call(Outcome::worked);
  for (int i = 0; i < 8; ++i) call(Outcome::worked);
  fail(1);
  EXPECT_EQ(state(), State::closed);
}

TEST_F(BreakerTest, ACallThatWasGivenUpCountsNeitherWay) {
  fail(4);
  for (int i = 0; i < 20; ++i) call(Outcome::no_answer);
  EXPECT_EQ(state(), State::closed);
  fail(1);
  EXPECT_EQ(state(), State::open);
}

TEST_F(BreakerTest, PausesDoubleToAMinuteAndAreJittered) {
  fail(5);
  for (const auto whole : {1'000ms, 2'000ms, 4'000ms, 8'000ms, 16'000ms, 32'000ms, 60'000ms}) {
    EXPECT_EQ(*breaker_.view().retry - now_, whole / 2);
    ASSERT_NO_FATAL_FAILURE(probe_fails());
  }
  EXPECT_EQ(*breaker_.view().retry - now_, 30'000ms);
  dice_ = 0;
  probe_fails();
  EXPECT_EQ(*breaker_.view().retry, now_);
  dice_ = 0.999;
  probe_fails();
  EXPECT_LE(*breaker_.view().retry - now_, 60'000ms);
}

TEST_F(BreakerTest, HalfOpenIsExactlyOneProbe) {
  fail(5);
  now_ = *breaker_.view().retry - 1ms;
  EXPECT_FALSE(breaker_.ask(now_).has_value());
  now_ += 1ms;
  EXPECT_EQ(at_once(), 1);
  EXPECT_EQ(state(), State::half_open);
  now_ += 3'600s;
  EXPECT_FALSE(breaker_.ask(now_).has_value()) << "the probe is still on its way";
}

TEST_F(BreakerTest, AProbeThatWasGivenUpMakesRoomForTheNext) {
  fail(5);
  now_ = *breaker_.view().retry;
  call(Outcome::no_answer);
  EXPECT_EQ(state(), State::open);
  EXPECT_EQ(at_once(), 1);
}

TEST_F(BreakerTest, SuccessLetsOneCallerInThenTwoThenFourThenAll) {
  fail(5);
  now_ = *breaker_.view().retry;
  call(Outcome::worked);
  EXPECT_EQ(state(), State::closed);
  for (const int callers : {1, 2, 4, 6, 6}) {
    EXPECT_EQ(breaker_.view().callers, callers);
    call(Outcome::worked);
  }
}

TEST_F(BreakerTest, TheSlowStartHoldsWhileCallsAreOnTheirWay) {
  fail(5);
  now_ = *breaker_.view().retry;
  call(Outcome::worked);
  EXPECT_EQ(at_once(), 1);
}

TEST_F(BreakerTest, ATargetThatFallsAgainDuringTheSlowStartWaitsLonger) {
  fail(5);
  now_ = *breaker_.view().retry;
  call(Outcome::worked);
  fail(5);
  EXPECT_EQ(*breaker_.view().retry - now_, 1'000ms) << "half of two seconds";
  now_ = *breaker_.view().retry;
  for (int i = 0; i < 5; ++i) call(Outcome::worked);  // all may call
  fail(5);
  EXPECT_EQ(*breaker_.view().retry - now_, 500ms);
}

TEST_F(BreakerTest, WhatBeganBeforeItOpenedSaysNothingAfterwards) {
  const auto before = breaker_.ask(now_);
  fail(5);
  breaker_.report(*before, Outcome::worked, now_);
  EXPECT_EQ(state(), State::open);
  now_ = *breaker_.view().retry;
  const auto probe = breaker_.ask(now_);
  breaker_.report(*before, Outcome::failed, now_, "late");
  breaker_.report(*before, Outcome::worked, now_);
  EXPECT_EQ(state(), State::half_open);
  breaker_.report(*probe, Outcome::worked, now_);
  EXPECT_EQ(state(), State::closed);
  for (int i = 0; i < 9; ++i) breaker_.report(*before, Outcome::failed, now_, "late");
  EXPECT_EQ(state(), State::closed);
  EXPECT_EQ(at_once(), 1);
}

TEST_F(BreakerTest, KnowsWhySinceWhenAndWhenItTriesAgain) {
  const auto began = now_;
  fail(5);
  now_ += 11s;
  EXPECT_EQ(breaker_.view().why, "connection refused");
  EXPECT_EQ(breaker_.view().since, began);
  EXPECT_EQ(breaker_.view().retry, began + 500ms);
  (void)breaker_.ask(now_);
  EXPECT_EQ(breaker_.view().why, "connection refused");
  EXPECT_EQ(breaker_.view().retry, std::nullopt) << "it tries again now";
}

TEST_F(BreakerTest, BeginsOpenWhereNothingIsKnownOfTheTargetAndItsFirstProbeIsAtOnce) {
  Breaker unknown{{.callers = 6, .begins_open = true}, [this] { return dice_; }, now_};
  EXPECT_EQ(unknown.view().state, State::open);
  EXPECT_EQ(unknown.view().why, "");
  const auto probe = unknown.ask(now_);
  ASSERT_TRUE(probe.has_value());
  EXPECT_FALSE(unknown.ask(now_).has_value());
  unknown.report(*probe, Outcome::worked, now_);
  EXPECT_EQ(unknown.view().state, State::closed);
  EXPECT_TRUE(unknown.ask(now_).has_value());
}

TEST(SharedBreaker, OfManyThreadsThatAskOneIsTheProbe) {
  SharedBreaker breaker{{.pause_least = 0ms, .pause_most = 0ms, .callers = 8}};
  for (int i = 0; i < 5; ++i) {
    breaker.report(breaker.ask().value(), Outcome::failed, "gone");
  }
  EXPECT_EQ(breaker.view().state, State::open);
  std::atomic<int> permits{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { permits += breaker.ask().has_value() ? 1 : 0; });
    }
  }
  EXPECT_EQ(permits, 1);
  EXPECT_EQ(breaker.view().why, "gone");
}

}  // namespace
}  // namespace relay::flow
