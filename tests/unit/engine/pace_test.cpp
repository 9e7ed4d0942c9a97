#include "relay/engine/pace.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using relay::engine::Pace;

const Pace::Clock::time_point start = Pace::Clock::time_point{} + 1h;

Pace::Time pause_after(Pace& pace, int looks, Pace::Time took) {
  Pace::Time pause{};
  while (looks-- > 0) pause = pace.after({.took = took, .found = true}, start);
  return pause;
}

TEST(Pace, AMillisecondPassesBetweenLooksWhileThereIsWork) {
  Pace pace{1ms, 100ms};
  EXPECT_EQ(pace.after({.took = 200us, .found = true}, start), 1ms);
  EXPECT_EQ(pace.after({.took = 250us, .found = false}, start + 1ms), 1ms) << "it may come again";
}

TEST(Pace, LooksTakeAThirdOfTheTimeAtMost) {
  Pace pace{1ms, 100ms};
  EXPECT_EQ(pace.after({.took = 700us, .found = true}, start), 1'400us);
  Pace strained{1ms, 100ms};
  EXPECT_EQ(strained.after({.took = 30ms, .found = true, .behind = true}, start), 60ms);
}

TEST(Pace, OneLongLookAmongQuickOnesPutsOffTheNextByLittle) {
  Pace pace{1ms, 100ms};
  EXPECT_EQ(pause_after(pace, 20, 200us), 1ms);
  EXPECT_EQ(pause_after(pace, 1, 1ms), 1ms) << "the others make up for it";
  EXPECT_EQ(pause_after(pace, 1, 9ms), 2'774us) << "but it counts";
}

TEST(Pace, LooksThatStayLongTakeAThirdOfTheTimeSoon) {
  Pace pace{1ms, 100ms};
  EXPECT_EQ(pause_after(pace, 1, 200us), 1ms);
  const Pace::Time pause = pause_after(pace, 40, 5ms);
  EXPECT_GT(pause, 9'900us);
  EXPECT_LE(pause, 10ms);
}

TEST(Pace, ALookThatHungIsForgottenSoon) {
  Pace pace{1ms, 100ms};
  pause_after(pace, 20, 200us);
  EXPECT_GT(pause_after(pace, 1, 12s), 20ms);
  EXPECT_EQ(pause_after(pace, 30, 200us), 1ms);
}

TEST(Pace, PausesDoubleAtRestUpToTheLongest) {
  Pace pace{1ms, 10ms};
  EXPECT_EQ(pace.after({.took = 200us, .found = true}, start), 1ms);
  auto now = start + 20ms;
  std::vector<Pace::Time> pauses;
  for (int look = 0; look < 5; ++look) {
    pauses.push_back(pace.after({.took = 200us}, now += 1ms));
  }
  EXPECT_EQ(pauses, (std::vector<Pace::Time>{2ms, 4ms, 8ms, 10ms, 10ms}));
  EXPECT_EQ(pace.after({.took = 200us, .found = true}, now), 1ms);
}

TEST(Pace, WhileTheWorkersAreBehindItLooksMoreRarely) {
  Pace pace{1ms, 100ms};
  EXPECT_EQ(pace.after({.took = 200us, .found = true, .behind = true}, start), 5ms);
  EXPECT_EQ(pace.after({.took = 200us, .found = true, .behind = true, .backlog = true}, start),
            50ms);
}

TEST(Pace, WhatTheUserSetsHoldsInABacklogToo) {
  Pace rare{20ms, 100ms};
  EXPECT_EQ(rare.after({.took = 200us, .found = true, .behind = true}, start), 20ms);
  Pace often{1ms, 30ms};
  EXPECT_EQ(often.after({.took = 1ms, .found = true, .behind = true, .backlog = true}, start),
            30ms);
}

}  // namespace
