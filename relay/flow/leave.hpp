#pragma once

#include <optional>
#include <string>
#include <utility>

#include "relay/flow/shared_breaker.hpp"

namespace relay::flow {

/// The leave for one call through a breaker. A call that ends without a report, by an exception or
/// otherwise, gives it back as one that counts neither way: none is ever lost. The breaker outlives
/// it. Threads: one at a time.
class Leave {
 public:
  /// Asks the breaker, now.
  explicit Leave(SharedBreaker& breaker) : breaker_(&breaker), permit_(breaker.ask()) {}
  Leave(Leave&& other) noexcept
      : breaker_(other.breaker_), permit_(std::exchange(other.permit_, std::nullopt)) {}
  Leave& operator=(Leave&&) = delete;
  ~Leave() { end(Breaker::Outcome::no_answer, ""); }

  /// False: the breaker is open, all its places are taken, or the call was reported.
  [[nodiscard]] bool given() const { return permit_.has_value(); }
  void worked() { end(Breaker::Outcome::worked, ""); }
  void failed(const std::string& why) { end(Breaker::Outcome::failed, why); }

 private:
  void end(Breaker::Outcome outcome, const std::string& why) {
    if (const auto permit = std::exchange(permit_, std::nullopt)) {
      breaker_->report(*permit, outcome, why);
    }
  }

  SharedBreaker* breaker_;
  std::optional<Breaker::Permit> permit_;
};

}  // namespace relay::flow
