#pragma once

#include <string>

#include "relay/engine/conditions.hpp"
#include "relay/engine/engine_parts.hpp"
#include "relay/flow/leave.hpp"
#include "relay/flow/shared_breaker.hpp"

namespace relay::engine {

/// The database as something that may be down: a breaker for all that call it, and the sentence
/// that says why nothing moves. Threads: any.
class DatabaseBreaker {
 public:
  /// @param parts for time and chance.
  DatabaseBreaker(Conditions& conditions, const flow::BreakerLimits& limits,
                  const EngineParts& parts);

  /// One call's leave; how it went is shown in the status, too.
  class Call {
   public:
    explicit Call(DatabaseBreaker& breaker) : owner_(breaker), leave_(breaker.breaker_) {}
    ~Call() = default;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// False: the breaker is open, or another call probes.
    [[nodiscard]] bool allowed() const { return leave_.given(); }
    void worked();
    void failed(const std::string& why);

   private:
    DatabaseBreaker& owner_;
    flow::Leave leave_;
  };

 private:
  void tell();

  Conditions& conditions_;
  flow::SharedBreaker breaker_;
};

}  // namespace relay::engine
