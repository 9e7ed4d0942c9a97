#include "relay/measure/recent_lag.hpp"

#include <gtest/gtest.h>

namespace {

using relay::measure::RecentLag;
using namespace std::chrono_literals;

std::int64_t total(const RecentLag& lag) {
  std::int64_t sum = 0;
  for (const auto& [bucket, count] : lag.counts()) sum += count;
  return sum;
}

const RecentLag::Moment start{1'000'000s};

TEST(RecentLag, KeepsAMinute) {
  RecentLag lag;
  for (int second = 0; second < 60; ++second) lag.add(1'000, start + second * 1s);
  EXPECT_EQ(total(lag), 60);
}

TEST(RecentLag, ForgetsWhatIsOlderOnceSomethingNewerComes) {
  RecentLag lag;
  lag.add(1'000, start);
  EXPECT_EQ(total(lag), 1);
  lag.add(1'000, start + 30s);
  EXPECT_EQ(total(lag), 2);
  lag.add(1'000, start + 10min);
  EXPECT_EQ(total(lag), 1);
}

}  // namespace
