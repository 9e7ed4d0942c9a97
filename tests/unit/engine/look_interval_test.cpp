#include "relay/engine/look_interval.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using relay::engine::LookInterval;

const LookInterval::Clock::time_point start = LookInterval::Clock::time_point{} + 1h;

LookInterval::Time pause_after(LookInterval& interval, int looks, LookInterval::Time took) {
  LookInterval::Time pause{};
  while (looks-- > 0) pause = interval.after({.took = took, .found = true}, start);
  return pause;
}

TEST(LookInterval, AMillisecondPassesBetweenLooksWhileThereIsWork) {
  LookInterval interval{1ms, 100ms};
  EXPECT_EQ(interval.after({.took = 200us, .found = true}, start), 1ms);
  EXPECT_EQ(interval.after({.took = 250us, .found = false}, start + 1ms), 1ms)
      << "it may come again";
}

TEST(LookInterval, LooksTakeAThirdOfTheTimeAtMost) {
  LookInterval interval{1ms, 100ms};
  EXPECT_EQ(interval.after({.took = 700us, .found = true}, start), 1'400us);
  LookInterval strained{1ms, 100ms};
  EXPECT_EQ(strained.after({.took = 30ms, .found = true, .behind = true}, start), 60ms);
}

TEST(LookInterval, OneLongLookAmongQuickOnesPutsOffTheNextByLittle) {
  LookInterval interval{1ms, 100ms};
  EXPECT_EQ(pause_after(interval, 20, 200us), 1ms);
  EXPECT_EQ(pause_after(interval, 1, 1ms), 1ms) << "the others make up for it";
  EXPECT_EQ(pause_after(interval, 1, 9ms), 2'774us) << "but it counts";
}

TEST(LookInterval, LooksThatStayLongTakeAThirdOfTheTimeSoon) {
  LookInterval interval{1ms, 100ms};
  EXPECT_EQ(pause_after(interval, 1, 200us), 1ms);
  const LookInterval::Time pause = pause_after(interval, 40, 5ms);
  EXPECT_GT(pause, 9'900us);
  EXPECT_LE(pause, 10ms);
}

TEST(LookInterval, ALookThatHungIsForgottenSoon) {
  LookInterval interval{1ms, 100ms};
  pause_after(interval, 20, 200us);
  EXPECT_GT(pause_after(interval, 1, 12s), 20ms);
  EXPECT_EQ(pause_after(interval, 30, 200us), 1ms);
}

TEST(LookInterval, PausesDoubleAtRestUpToTheLongest) {
  LookInterval interval{1ms, 10ms};
  EXPECT_EQ(interval.after({.took = 200us, .found = true}, start), 1ms);
  auto now = start + 20ms;
  std::vector<LookInterval::Time> pauses;
  for (int look = 0; look < 5; ++look) {
    pauses.push_back(interval.after({.took = 200us}, now += 1ms));
  }
  EXPECT_EQ(pauses, (std::vector<LookInterval::Time>{2ms, 4ms, 8ms, 10ms, 10ms}));
  EXPECT_EQ(interval.after({.took = 200us, .found = true}, now), 1ms);
}

TEST(LookInterval, WhileTheWorkersAreBehindItLooksMoreRarely) {
  LookInterval interval{1ms, 100ms};
  EXPECT_EQ(interval.after({.took = 200us, .found = true, .behind = true}, start), 5ms);
  EXPECT_EQ(interval.after({.took = 200us, .found = true, .behind = true, .backlog = true}, start),
            50ms);
}

TEST(LookInterval, WhatTheUserSetsHoldsInABacklogToo) {
  LookInterval rare{20ms, 100ms};
  EXPECT_EQ(rare.after({.took = 200us, .found = true, .behind = true}, start), 20ms);
  LookInterval often{1ms, 30ms};
  EXPECT_EQ(often.after({.took = 1ms, .found = true, .behind = true, .backlog = true}, start),
            30ms);
}

}  // namespace
