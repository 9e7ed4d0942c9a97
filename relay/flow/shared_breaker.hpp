#pragma once

#include <mutex>
#include <string>

#include "relay/flow/breaker.hpp"

namespace relay::flow {

/// A breaker for all the threads that call one target, with the process's clock and dice.
class SharedBreaker {
 public:
  explicit SharedBreaker(const BreakerLimits& limits);

  /// As Breaker's, at this moment.
  std::optional<Breaker::Permit> ask();
  void report(Breaker::Permit permit, Breaker::Outcome outcome, const std::string& why = {});
  [[nodiscard]] Breaker::View view() const;

 private:
  mutable std::mutex mutex_;  ///< Guards `breaker_`; held for a few instructions.
  Breaker breaker_;
};

}  // namespace relay::flow
