#include "relay/engine/shared.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using relay::engine::Shared;
using Clock = std::chrono::steady_clock;

constexpr auto long_enough = 20s;  // nothing here takes so long unless it is broken

TEST(ScoutPause, AHintEndsItButNotBeforeALookHasHadItsShare) {
  Shared shared{64, {}};
  shared.scout_pause(0us, 0us, {});  // listeners are to be judged at the start
  shared.wake_scout(false);
  const auto began = Clock::now();
  EXPECT_FALSE(shared.scout_pause(long_enough, 30ms, {}));
  EXPECT_GE(Clock::now() - began, 30ms);
  EXPECT_LT(Clock::now() - began, long_enough);
}

TEST(ScoutPause, ItIsNeverLongerForAHint) {
  Shared shared{64, {}};
  shared.scout_pause(0us, 0us, {});
  shared.wake_scout(false);
  const auto began = Clock::now();
  EXPECT_FALSE(shared.scout_pause(1ms, long_enough, {}));
  EXPECT_LT(Clock::now() - began, long_enough);
}

TEST(ScoutPause, AChangeOfListenersEndsItAtOnce) {
  Shared shared{64, {}};
  shared.scout_pause(0us, 0us, {});
  shared.wake_scout(true);
  const auto began = Clock::now();
  EXPECT_TRUE(shared.scout_pause(long_enough, long_enough, {}));
  EXPECT_LT(Clock::now() - began, long_enough);
  EXPECT_FALSE(shared.scout_pause(1ms, 1ms, {})) << "it is told once";
}

}  // namespace
