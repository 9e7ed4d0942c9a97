#include "relay/forward/kafka/topics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using relay::forward::kafka::Topics;
using testing::HasSubstr;

TEST(Topics, AreTriedWhileNothingIsKnownOfThem) {
  const Topics topics;
  EXPECT_FALSE(topics.is_open("t"));
  EXPECT_FALSE(topics.closed("t", {}));
  EXPECT_EQ(topics.sentence(), "");
}

TEST(Topics, ThatTakeNothingAreLeftAloneForLongerAndLonger) {
  Topics topics;
  Topics::Time now{1h};
  topics.close("t", "t does not exist", now);
  EXPECT_EQ(topics.closed("t", now)->retry, 1s);
  EXPECT_EQ(topics.closed("t", now)->why, "t does not exist");
  EXPECT_FALSE(topics.closed("t", now + 1s)) << "it may be tried";
  for (int round = 0; round < 8; ++round) {
    now += 60s;
    topics.close("t", "t does not exist", now);
  }
  EXPECT_EQ(topics.closed("t", now)->retry, 60s);
  EXPECT_FALSE(topics.closed("other", now));
}

TEST(Topics, ClosedTwiceAtOnceWaitNoLonger) {
  Topics topics;
  topics.close("t", "why", Topics::Time{1h});
  topics.close("t", "why", Topics::Time{1h});
  EXPECT_EQ(topics.closed("t", Topics::Time{1h})->retry, 1s);
}

TEST(Topics, ThatTakeRecordsAgainAreOpenAndBeginAnew) {
  Topics topics;
  topics.close("t", "why", Topics::Time{1h});
  topics.opened("t");
  EXPECT_TRUE(topics.is_open("t"));
  EXPECT_FALSE(topics.closed("t", Topics::Time{1h}));
  EXPECT_EQ(topics.sentence(), "");
  topics.close("t", "why", Topics::Time{2h});
  EXPECT_EQ(topics.closed("t", Topics::Time{2h})->retry, 1s);
}

TEST(Topics, SayHowManyTakeNothing) {
  Topics topics;
  topics.close("a", "a does not exist", Topics::Time{1h});
  EXPECT_EQ(topics.sentence(), "a does not exist");
  topics.close("b", "b does not exist", Topics::Time{1h});
  EXPECT_THAT(topics.sentence(), HasSubstr("a does not exist; so do 1 more"));
}

}  // namespace
