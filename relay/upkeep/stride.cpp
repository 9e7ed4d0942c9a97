#include "relay/upkeep/stride.hpp"

#include <algorithm>

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t behind_allowed = 10'000;  // a minute's at some hundred per second
constexpr std::int64_t behind_most = 100'000;    // what it forgets of a flood

struct Limits {
  Stride::Time longest;  ///< A step.
  int share;             ///< One in so many.
};

constexpr Limits limits_of(Pace pace) {
  switch (pace) {
    case Pace::alone: return {50ms, 2};
    case Pace::beside: return {4ms, 10};
    case Pace::hurried: return {10ms, 5};
  }
  return {4ms, 10};
}

constexpr Stride::Time after_a_lock = 1s;
constexpr Stride::Time after_another = 100ms;

}  // namespace

Pace Stride::pace(std::int64_t done, std::int64_t rows) {
  behind_ = std::clamp<std::int64_t>(behind_ + done - rows, 0, behind_most);
  if (done == 0) return Pace::alone;
  return behind_ > behind_allowed && rows > 0 ? Pace::hurried : Pace::beside;
}

Stride::Time Stride::after(Time took, Pace pace) {
  const Limits limits = limits_of(pace);
  if (took > limits.longest) {
    pages_ = std::max<std::int64_t>(1, pages_ / 2);
  } else if (took < limits.longest / 3) {
    pages_ = std::min(most, pages_ * 2);
  }
  return took * (std::max(share_, limits.share) - 1);
}

Stride::Time Stride::after_failure(bool locked) {
  pages_ = std::max<std::int64_t>(1, pages_ / 2);
  return locked ? after_a_lock : after_another;
}

}  // namespace relay::upkeep
