#include "relay/base/lag_histogram.hpp"

#include <gtest/gtest.h>

namespace {

TEST(LagHistogram, EveryValueLiesInItsBucketAndTheBucketIsNarrow) {
  for (std::int64_t us = 0; us < 5'000'000'000; us += 1 + us / 37) {
    const int bucket = relay::bucket_of_us(us);
    EXPECT_LE(us, relay::upper_bound_us(bucket));
    if (bucket > 0) {
      EXPECT_GT(us, relay::upper_bound_us(bucket - 1));
    }
    EXPECT_LE(relay::upper_bound_us(bucket) - us, us / 16 + 1);
  }
}

TEST(LagHistogram, NegativeLagCountsAsNone) {
  EXPECT_EQ(relay::bucket_of_us(-5), 0);
}

TEST(LagHistogram, TheLargestValueHasABucket) {
  EXPECT_LT(relay::bucket_of_us(INT64_MAX), 960);
}

TEST(LagHistogram, PercentilesAreReadOffTheCounts) {
  relay::LagCounts counts;
  for (int ms = 1; ms <= 100; ++ms) ++counts[relay::bucket_of_us(ms * 1000)];
  EXPECT_NEAR(relay::percentile_ms(counts, 0.50), 50, 50.0 / 16);
  EXPECT_NEAR(relay::percentile_ms(counts, 0.99), 99, 99.0 / 16);
  EXPECT_EQ(relay::percentile_ms({}, 0.5), 0);
}

}  // namespace
