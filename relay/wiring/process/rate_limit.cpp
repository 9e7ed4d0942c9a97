#include "relay/wiring/process/rate_limit.hpp"

#include <algorithm>

namespace relay::wiring {
namespace {

constexpr std::int64_t portions_per_second = 20;

}  // namespace

RateLimit::RateLimit(std::int64_t per_second, std::int64_t most)
    : per_second_(per_second),
      at_a_time_(per_second == 0
                     ? most
                     : std::clamp<std::int64_t>(per_second / portions_per_second, 1, most)) {}

std::chrono::milliseconds RateLimit::pause(Time now) const {
  if (per_second_ == 0 || due_ <= now) return {};
  return std::chrono::ceil<std::chrono::milliseconds>(due_ - now);
}

void RateLimit::take(std::int64_t events, Time now) {
  if (per_second_ == 0) return;
  const auto portion = std::chrono::nanoseconds{events * 1'000'000'000 / per_second_};
  // A little lateness is made up for, or each pause that is rounded up would slow it down.
  due_ = (due_ == Time{} ? now : std::max(due_, now - std::chrono::milliseconds{100})) + portion;
}

}  // namespace relay::wiring
