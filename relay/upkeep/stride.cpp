#include "relay/upkeep/stride.hpp"

#include <algorithm>

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;

constexpr Stride::Time longest = 50ms;
constexpr Stride::Time longest_when_busy = 4ms;
constexpr int share_when_busy = 10;
constexpr Stride::Time after_a_lock = 1s;
constexpr Stride::Time after_another = 100ms;

}  // namespace

Stride::Time Stride::after(Time took, bool busy) {
  const Time limit = busy ? longest_when_busy : longest;
  if (took > limit) {
    pages_ = std::max<std::int64_t>(1, pages_ / 2);
  } else if (took < limit / 3) {
    pages_ = std::min(most, pages_ * 2);
  }
  return took * ((busy ? std::max(share_, share_when_busy) : share_) - 1);
}

Stride::Time Stride::after_failure(bool locked) {
  pages_ = std::max<std::int64_t>(1, pages_ / 2);
  return locked ? after_a_lock : after_another;
}

}  // namespace relay::upkeep
