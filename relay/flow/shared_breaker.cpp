#include "relay/flow/shared_breaker.hpp"

#include <utility>

#include "relay/base/chance.hpp"

namespace relay::flow {

SharedBreaker::SharedBreaker(const BreakerLimits& limits)
    : SharedBreaker(limits, std::chrono::steady_clock::now, random_chance) {}

SharedBreaker::SharedBreaker(const BreakerLimits& limits, std::function<Breaker::Time()> now,
                             std::function<double()> random)
    : now_(std::move(now)), breaker_(limits, std::move(random), now_()) {}

std::optional<Breaker::Permit> SharedBreaker::ask() {
  const std::lock_guard lock{mutex_};
  return breaker_.ask(now_());
}

void SharedBreaker::report(Breaker::Permit permit, Breaker::Outcome outcome,
                           const std::string& why) {
  const std::lock_guard lock{mutex_};
  breaker_.report(permit, outcome, now_(), why);
}

Breaker::View SharedBreaker::view() const {
  const std::lock_guard lock{mutex_};
  return breaker_.view();
}

}  // namespace relay::flow
