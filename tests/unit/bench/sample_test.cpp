#include "bench/figures/sample.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "bench/figures/text.hpp"

namespace {

using bench::percentile;
using bench::summary_of;
using bench::verdict;

TEST(BenchSample, SummarisesAnOddNumberOfRoundsByItsMiddle) {
  const auto summary = summary_of({30, 10, 20});
  EXPECT_EQ(summary.min, 10);
  EXPECT_EQ(summary.median, 20);
  EXPECT_EQ(summary.max, 30);
  EXPECT_EQ(summary.spread, 1);
  EXPECT_EQ(summary.rounds, 3U);
}

TEST(BenchSample, TakesTheMeanOfTheMiddleTwoOfAnEvenNumber) {
  EXPECT_EQ(summary_of({4, 1, 2, 3}).median, 2.5);
}

TEST(BenchSample, HasNoSpreadAroundAMedianOfZeroAndNoSummaryOfNothing) {
  EXPECT_EQ(summary_of({0, 0, 5}).spread, 0);
  EXPECT_THROW((void)summary_of({}), std::invalid_argument);
}

TEST(BenchSample, TakesThePercentileByNearestRank) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(percentile(values, 0.5), 50);
  EXPECT_EQ(percentile(values, 0.95), 95);
  EXPECT_EQ(percentile(values, 0.999), 100);
  EXPECT_EQ(percentile(values, 1), 100);
  EXPECT_EQ(percentile({7}, 0.01), 7);
  EXPECT_THROW((void)percentile({}, 0.5), std::invalid_argument);
}

TEST(BenchSample, CallsADifferenceNoiseThatIsSmallerThanTheWiderRange) {
  EXPECT_EQ(verdict(summary_of({100, 110, 120}), summary_of({95, 100, 101})),
            "1.1 times: within the noise");
  EXPECT_EQ(verdict(summary_of({190, 200, 205}), summary_of({95, 100, 101})),
            "2 times, beyond the noise");
}

TEST(BenchSample, KnowsNoNoiseFromOneRound) {
  EXPECT_EQ(verdict(summary_of({202}), summary_of({100, 102})),
            "2 times, from one round: the noise is not known");
  EXPECT_EQ(verdict(summary_of({200, 1}), summary_of({0, 0})), "nothing to compare with");
}

TEST(BenchText, ShowsThreeDigitsAndCommasBetweenThousands) {
  EXPECT_EQ(bench::text_of(0), "0");
  EXPECT_EQ(bench::text_of(0.01234), "0.0123");
  EXPECT_EQ(bench::text_of(4.3712), "4.37");
  EXPECT_EQ(bench::text_of(43.0), "43");
  EXPECT_EQ(bench::text_of(999.6), "1,000");
  EXPECT_EQ(bench::text_of(43210.4), "43,210");
  EXPECT_EQ(bench::text_of(-1234567.0), "-1,234,567");
  EXPECT_EQ(bench::text_of(123), "123");
  EXPECT_EQ(bench::text_of(-123), "-123");
}

TEST(BenchText, ShowsSharesInPercent) {
  EXPECT_EQ(bench::percent(0), "0 %");
  EXPECT_EQ(bench::percent(0.034), "3.4 %");
  EXPECT_EQ(bench::percent(0.123), "12 %");
  EXPECT_EQ(bench::percent(1.5), "150 %");
}

}  // namespace
