#pragma once

#include <string>

#include "relay/engine/parts.hpp"
#include "relay/engine/trouble.hpp"
#include "relay/flow/leave.hpp"
#include "relay/flow/shared_breaker.hpp"

namespace relay::engine {

/// The database as something that may be down: a breaker for everybody who calls it, and the
/// sentence that says why nothing moves. Threads: any.
class Target {
 public:
  /// @param callers how many call it at once when all is well. @param parts for time and chance.
  Target(Trouble& trouble, int callers, const Parts& parts);

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

 private:
  void tell();

  Trouble& trouble_;
  flow::SharedBreaker breaker_;
};

}  // namespace relay::engine
