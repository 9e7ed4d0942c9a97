#include <gtest/gtest.h>

#include "relay/upkeep/purge_pages.hpp"
#include "relay/upkeep/stride.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;

TEST(Stride, TakesMorePagesWhileStepsAreShortUpToABound) {
  Stride stride;
  const auto first = stride.pages();
  stride.after(1ms, Pace::alone);
  EXPECT_EQ(stride.pages(), 2 * first);
  for (int i = 0; i < 50; ++i) stride.after(1ms, Pace::alone);
  EXPECT_EQ(stride.pages(), Stride::most);
}

TEST(Stride, TakesFewerWhenAStepWasLongAndNeverNone) {
  Stride stride;
  const auto first = stride.pages();
  stride.after(200ms, Pace::alone);
  EXPECT_EQ(stride.pages(), first / 2);
  for (int i = 0; i < 50; ++i) stride.after(200ms, Pace::alone);
  EXPECT_EQ(stride.pages(), 1);
}

TEST(Stride, StaysAsItIsBetweenAThirdOfTheLimitAndTheLimit) {
  Stride stride;
  const auto first = stride.pages();
  stride.after(30ms, Pace::alone);
  EXPECT_EQ(stride.pages(), first);
}

TEST(Stride, WorksHalfOfTheTimeAloneAndATenthInShorterStepsBesideOthers) {
  Stride stride;
  EXPECT_EQ(stride.after(20ms, Pace::alone), 20ms);
  EXPECT_EQ(stride.after(3ms, Pace::beside), 27ms);
  const auto before = stride.pages();
  stride.after(20ms, Pace::beside);
  EXPECT_LT(stride.pages(), before) << "short enough alone, too long beside others";
}

TEST(Stride, AsksForNoMoreThanItsOwnShareBesideOthersEither) {
  Stride hundredth{100};
  EXPECT_EQ(hundredth.after(10ms, Pace::alone), 990ms);
  EXPECT_EQ(hundredth.after(10ms, Pace::beside), 990ms);
}

TEST(Stride, HalvesAfterAFailureAndWaitsLongerForALock) {
  Stride stride;
  const auto first = stride.pages();
  const auto rest = stride.after_failure(false);
  EXPECT_EQ(stride.pages(), first / 2);
  EXPECT_GT(stride.after_failure(true), rest);
  for (int i = 0; i < 20; ++i) stride.after_failure(true);
  EXPECT_EQ(stride.pages(), 1);
}

TEST(Stride, HurriesOnlyWhileMoreIsDoneThanGoesAndSomethingDoesGo) {
  Stride stride;
  EXPECT_EQ(stride.pace(0, 500), Pace::alone);
  EXPECT_EQ(stride.pace(5'000, 500), Pace::beside);
  EXPECT_EQ(stride.pace(50'000, 500), Pace::hurried);
  EXPECT_EQ(stride.pace(5'000, 0), Pace::beside) << "nothing is old enough here";
  EXPECT_EQ(stride.pace(100, 70'000), Pace::beside) << "it has caught up";
  EXPECT_EQ(stride.pace(1'000'000'000, 500), Pace::hurried);
  EXPECT_EQ(stride.pace(100, 100'000), Pace::beside) << "a flood is not held against it for ever";
}

TEST(Stride, TakesAFifthOfTheTimeInAHurry) {
  Stride stride;
  EXPECT_EQ(stride.after(8ms, Pace::hurried), 32ms);
  const auto before = stride.pages();
  stride.after(9ms, Pace::hurried);
  EXPECT_EQ(stride.pages(), before);
}

TEST(PurgeRules, TrustNoClocksThatAreADayApart) {
  constexpr std::int64_t day = 86'400'000;
  EXPECT_TRUE(clocks_agree(5 * day, 5 * day + 1000));
  EXPECT_TRUE(clocks_agree(5 * day, 6 * day - 1));
  EXPECT_FALSE(clocks_agree(5 * day, 6 * day));
  EXPECT_FALSE(clocks_agree(6 * day, 5 * day));
}

TEST(PurgeRules, PurgeWhatIsAskedForAndNothingElse) {
  EXPECT_TRUE(purges_of({}).empty());
  const auto purges = purges_of({.completed = 30, .attempts = 30});
  ASSERT_EQ(purges.size(), 2U);
  EXPECT_EQ(purges[0].table, "event_publication");
  EXPECT_EQ(purges[1].table, "event_attempt");
  EXPECT_EQ(purges_of({.business_guards = 9}).at(0).values.at(0), "0") << "by id: for ever";
}

}  // namespace
}  // namespace relay::upkeep
