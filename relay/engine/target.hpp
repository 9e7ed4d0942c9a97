#pragma once

#include <string>

#include "relay/engine/parts.hpp"
#include "relay/engine/trouble.hpp"
#include "relay/flow/leave.hpp"
#include "relay/flow/shared_breaker.hpp"
#include "relay/pg/connection.hpp"

namespace relay::engine {

/// The database as something that may be down: a breaker for everybody who calls it, one watchdog
/// for all connections, and the sentence that says why nothing moves. Threads: any.
class Target {
 public:
  /// @param callers how many threads call it when all is well.
  Target(const EngineOptions& options, Trouble& trouble, int callers);

  /// One call's leave; what is told of it is told to whoever reads the status, too.
  class Call {
   public:
    explicit Call(Target& target) : target_(target), leave_(target.breaker_) {}
    ~Call() = default;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// False: the breaker is open, or somebody else probes.
    [[nodiscard]] bool allowed() const { return leave_.given(); }
    void worked();
    void failed(const std::string& why);

   private:
    Target& target_;
    flow::Leave leave_;
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
