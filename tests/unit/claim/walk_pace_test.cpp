#include "relay/claim/walk_pace.hpp"

#include <gtest/gtest.h>

#include "relay/claim/settled.hpp"

namespace {

using namespace std::chrono_literals;
using relay::claim::Settled;
using relay::claim::WalkPace;

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

TEST(Settled, TellsANumberThatWasTheLastOneAtLeastSoLongAgo) {
  Settled settled{1s};
  settled.observe(10, start);
  EXPECT_EQ(settled.value(), 0) << "nothing is known";
  settled.observe(20, start + 999ms);
  EXPECT_EQ(settled.value(), 0);
  settled.observe(30, start + 1s);
  EXPECT_EQ(settled.value(), 10);
  settled.observe(40, start + 2s);
  EXPECT_EQ(settled.value(), 30);
  settled.forget();
  EXPECT_EQ(settled.value(), 0);
  settled.observe(5, start + 3s);
  EXPECT_EQ(settled.value(), 0) << "what was drawn before is void as well";
}

}  // namespace
