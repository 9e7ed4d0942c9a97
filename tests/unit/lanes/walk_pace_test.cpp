#include "relay/lanes/walk_pace.hpp"

#include <gtest/gtest.h>

#include "relay/lanes/watermark.hpp"

namespace {

using namespace std::chrono_literals;
using relay::lanes::WalkPace;
using relay::lanes::Watermark;

constexpr WalkPace::Time start{1'000h};

TEST(WalkPace, WalksAFifthOfTheTimeHoweverManyLooksAWalkTakes) {
  WalkPace pace;
  EXPECT_TRUE(pace.due(start));
  pace.begin();
  pace.looked(300ms, false, start + 300ms);
  EXPECT_FALSE(pace.due(start + 1h)) << "it is under way";
  pace.looked(200ms, true, start + 600ms);
  pace.looked(400ms, true, start + 1s);  // read on from there: no part of the walk
  EXPECT_FALSE(pace.due(start + 2'599ms));
  EXPECT_TRUE(pace.due(start + 2'600ms));
  pace.begin();
  pace.looked(1ms, true, start + 3s);
  EXPECT_TRUE(pace.due(start + 3s + 4ms)) << "each walk counts for itself";
}

TEST(WalkPace, TakesALookThatHungForAnOrdinaryOne) {
  WalkPace pace;
  pace.begin();
  pace.looked(10s, true, start);
  EXPECT_TRUE(pace.due(start + 2s));
}

TEST(Watermark, TellsANumberThatWasTheLastOneAtLeastSoLongAgo) {
  Watermark watermark{1s};
  watermark.observe(10, start);
  EXPECT_EQ(watermark.value(), 0) << "nothing is known";
  watermark.observe(20, start + 999ms);
  EXPECT_EQ(watermark.value(), 0);
  watermark.observe(30, start + 1s);
  EXPECT_EQ(watermark.value(), 10);
  watermark.observe(40, start + 2s);
  EXPECT_EQ(watermark.value(), 30);
  watermark.forget();
  EXPECT_EQ(watermark.value(), 0);
  watermark.observe(5, start + 3s);
  EXPECT_EQ(watermark.value(), 0) << "what was drawn before is void as well";
}

}  // namespace
