#include "relay/deliveries/retry_schedule.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/histories/dice.hpp"

namespace {

using relay::deliveries::next_try;
using namespace std::chrono_literals;

const projections::RetrySchedule by_default = projections::ProjectionOptions{}.retry;

TEST(RetrySchedule, ByDefaultTheSixthFailureIsTheLast) {
  const projections::RetrySchedule pauses = {2s, 4s, 8s, 16s, 32s};
  EXPECT_EQ(by_default, pauses);
  for (int failures = 1; failures <= 5; ++failures) {
    EXPECT_EQ(next_try(by_default, failures, 0.5), pauses[static_cast<std::size_t>(failures - 1)]);
  }
  EXPECT_FALSE(next_try(by_default, 6, 0.5));
}

TEST(RetrySchedule, APauseIsWithinTenPercentAndGrowsWithChance) {
  for (std::uint64_t seed = 1; seed <= 100'000; ++seed) {
    tests::histories::Dice dice{seed};
    projections::RetrySchedule schedule(static_cast<std::size_t>(dice.below(8)));
    for (auto& pause : schedule) pause = std::chrono::seconds{dice.below(100'000)};
    const int failures = dice.below(12);
    const double chance = dice.percent(10) ? dice.below(2) : dice.fraction();
    const auto next = next_try(schedule, failures, chance);
    ASSERT_EQ(next.has_value(), failures >= 1 && failures <= std::ssize(schedule)) << seed;
    if (!next) continue;
    const std::chrono::milliseconds pause = schedule[static_cast<std::size_t>(failures - 1)];
    ASSERT_GE(*next + 1ms, pause * 9 / 10) << seed;  // whole milliseconds are left
    ASSERT_LE(*next, pause * 11 / 10) << seed;
    ASSERT_LE(*next_try(schedule, failures, 0), *next) << seed;
    ASSERT_GE(*next_try(schedule, failures, 1), *next) << seed;
  }
}

TEST(RetrySchedule, NoCountWhateverIsOutOfRangeIsTriedAgain) {
  for (const int failures :
       {std::numeric_limits<int>::min(), -1, 0, 6, 1'000, std::numeric_limits<int>::max()}) {
    EXPECT_FALSE(next_try(by_default, failures, 0.5)) << failures;
  }
  EXPECT_FALSE(next_try({}, 1, 0.5)) << "an empty schedule: dead at once";
}

}  // namespace
