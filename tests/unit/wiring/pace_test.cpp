#include "relay/wiring/pace.hpp"

#include <gtest/gtest.h>

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;

constexpr Pace::Time start{100s};

TEST(Pace, WithoutARateTakesAllAtOnceAndNeverWaits) {
  Pace pace{0, 1'000};
  EXPECT_EQ(pace.at_a_time(), 1'000);
  pace.take(1'000, start);
  EXPECT_EQ(pace.pause(start), 0ms);
}

TEST(Pace, TakesAFewAtATimeAndNeverNone) {
  EXPECT_EQ(Pace(1'000, 1'000).at_a_time(), 50);
  EXPECT_EQ(Pace(1, 1'000).at_a_time(), 1);
  EXPECT_EQ(Pace(1'000'000, 1'000).at_a_time(), 1'000);
}

/// How many events are taken in ten seconds, when each portion costs some time of its own.
std::int64_t taken(std::int64_t rate, std::chrono::milliseconds cost) {
  Pace pace{rate, 1'000};
  std::int64_t events = 0;
  for (Pace::Time now = start; (now += pace.pause(now)) < start + 10s;) {
    events += pace.at_a_time();
    pace.take(pace.at_a_time(), now);
    now += cost;
  }
  return events;
}

TEST(Pace, KeepsTheRateWhateverAPortionCosts) {
  for (const std::int64_t rate : {1, 7, 60, 1'000, 30'000}) {
    for (const auto cost : {0ms, 7ms, 30ms}) {
      EXPECT_NEAR(static_cast<double>(taken(rate, cost)), static_cast<double>(rate * 10),
                  static_cast<double>(rate) * 0.3 + 1)
          << rate << " with " << cost.count() << " ms";
    }
  }
}

TEST(Pace, DoesNotMakeUpForAnOutage) {
  Pace pace{100, 1'000};
  pace.take(5, start);
  const Pace::Time later = start + 1h;
  std::int64_t at_once = 0;
  while (pace.pause(later) == 0ms) {
    pace.take(pace.at_a_time(), later);
    at_once += pace.at_a_time();
  }
  EXPECT_LE(at_once, 15);
}

}  // namespace
}  // namespace relay::wiring
