#pragma once

#include <optional>
#include <string>

#include "relay/engine/parts.hpp"
#include "relay/engine/trouble.hpp"
#include "relay/flow/shared_breaker.hpp"
#include "relay/pg/connection.hpp"

namespace relay::engine {

/// The database as something that may be down: a breaker for everybody who calls it, one watchdog
/// for all connections, and the sentence that says why nothing moves. Threads: any.
class Target {
 public:
  /// @param callers how many threads call it when all is well.
  Target(const EngineOptions& options, Trouble& trouble, int callers);

  /// One call's leave; reports that it was given up unless told otherwise.
  class Call {
   public:
    explicit Call(Target& target) : target_(target), permit_(target.breaker_.ask()) {}
    ~Call() { end(flow::Breaker::Outcome::no_answer, ""); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// False: the breaker is open, or somebody else probes.
    [[nodiscard]] bool allowed() const { return permit_.has_value(); }
    void worked() { end(flow::Breaker::Outcome::worked, ""); }
    void failed(const std::string& why) { end(flow::Breaker::Outcome::failed, why); }

   private:
    void end(flow::Breaker::Outcome outcome, const std::string& why);

    Target& target_;
    std::optional<flow::Breaker::Permit> permit_;
  };

  [[nodiscard]] pg::ConnectOptions connect_options(const std::string& name);

 private:
  void tell();

  const EngineOptions& options_;
  Trouble& trouble_;
  pg::Watchdog watchdog_;
  flow::SharedBreaker breaker_;
};

}  // namespace relay::engine
