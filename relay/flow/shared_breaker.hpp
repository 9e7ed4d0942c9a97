#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "relay/flow/breaker.hpp"

namespace relay::flow {

/// A breaker for all the threads that call one target.
class SharedBreaker {
 public:
  /// With the process's clock and dice.
  explicit SharedBreaker(const BreakerLimits& limits);
  /// @param now, random as Breaker's.
  SharedBreaker(const BreakerLimits& limits, std::function<Breaker::Time()> now,
                std::function<double()> random);

  /// As Breaker's, at this moment.
  std::optional<Breaker::Permit> ask();
  void report(Breaker::Permit permit, Breaker::Outcome outcome, const std::string& why = {});
  [[nodiscard]] Breaker::View view() const;

 private:
  std::function<Breaker::Time()> now_;
  mutable std::mutex mutex_;  ///< Guards `breaker_`; held for a few instructions.
  Breaker breaker_;
};

}  // namespace relay::flow
