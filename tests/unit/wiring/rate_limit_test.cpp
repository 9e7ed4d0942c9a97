#include "relay/wiring/process/rate_limit.hpp"

#include <gtest/gtest.h>

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;

constexpr RateLimit::Time start{100s};

TEST(RateLimit, WithoutARateTakesAllAtOnceAndNeverWaits) {
  RateLimit limit{0, 1'000};
  EXPECT_EQ(limit.at_a_time(), 1'000);
  limit.take(1'000, start);
  EXPECT_EQ(limit.pause(start), 0ms);
}

TEST(RateLimit, TakesAFewAtATimeAndNeverNone) {
  EXPECT_EQ(RateLimit(1'000, 1'000).at_a_time(), 50);
  EXPECT_EQ(RateLimit(1, 1'000).at_a_time(), 1);
  EXPECT_EQ(RateLimit(1'000'000, 1'000).at_a_time(), 1'000);
}

/// How many events are taken in ten seconds, when each portion costs some time of its own.
std::int64_t taken(std::int64_t rate, std::chrono::milliseconds cost) {
  RateLimit limit{rate, 1'000};
  std::int64_t events = 0;
  for (RateLimit::Time now = start; (now += limit.pause(now)) < start + 10s;) {
    events += limit.at_a_time();
    limit.take(limit.at_a_time(), now);
    now += cost;
  }
  return events;
}

TEST(RateLimit, KeepsTheRateWhateverAPortionCosts) {
  for (const std::int64_t rate : {1, 7, 60, 1'000, 30'000}) {
    for (const auto cost : {0ms, 7ms, 30ms}) {
      EXPECT_NEAR(static_cast<double>(taken(rate, cost)), static_cast<double>(rate * 10),
                  static_cast<double>(rate) * 0.3 + 1)
          << rate << " with " << cost.count() << " ms";
    }
  }
}

TEST(RateLimit, DoesNotMakeUpForAnOutage) {
  RateLimit limit{100, 1'000};
  limit.take(5, start);
  const RateLimit::Time later = start + 1h;
  std::int64_t at_once = 0;
  while (limit.pause(later) == 0ms) {
    limit.take(limit.at_a_time(), later);
    at_once += limit.at_a_time();
  }
  EXPECT_LE(at_once, 15);
}

}  // namespace
}  // namespace relay::wiring
