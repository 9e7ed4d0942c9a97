#include "relay/flow/shared_breaker.hpp"

#include <random>

namespace relay::flow {
namespace {

using Clock = std::chrono::steady_clock;

std::function<double()> dice() {
  return [random = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0, 1}(random);
  };
}

}  // namespace

SharedBreaker::SharedBreaker(const BreakerLimits& limits)
    : breaker_(limits, dice(), Clock::now()) {}

std::optional<Breaker::Permit> SharedBreaker::ask() {
  const std::lock_guard lock{mutex_};
  return breaker_.ask(Clock::now());
}

void SharedBreaker::report(Breaker::Permit permit, Breaker::Outcome outcome,
                           const std::string& why) {
  const std::lock_guard lock{mutex_};
  breaker_.report(permit, outcome, Clock::now(), why);
}

Breaker::View SharedBreaker::view() const {
  const std::lock_guard lock{mutex_};
  return breaker_.view();
}

}  // namespace relay::flow
