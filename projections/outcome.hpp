#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace projections {

/// What a handler answers. Exactly one of:
///  - applied: its writes commit together with the guard rows;
///  - retry_in: its writes are rolled back and the same events come again after the delay; it is
///    not counted as a failure;
///  - halt: its writes are rolled back and the projection is paused until an operator resumes it.
/// A thrown exception means "failed": the writes are rolled back and the batch is halved until the
/// failing event stands alone.
class [[nodiscard]] Outcome {
 public:
  struct Applied {};
  struct RetryIn {
    std::chrono::milliseconds delay;
    std::string reason;
  };
  struct Halt {
    std::string reason;
  };

  static Outcome applied() { return Outcome{Applied{}}; }
  static Outcome retry_in(std::chrono::milliseconds delay, std::string reason) {
    return Outcome{RetryIn{delay, std::move(reason)}};
  }
  static Outcome halt(std::string reason) { return Outcome{Halt{std::move(reason)}}; }

  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), answer_);
  }

 private:
  using Answer = std::variant<Applied, RetryIn, Halt>;
  explicit Outcome(Answer answer) : answer_(std::move(answer)) {}
  Answer answer_;
};

}  // namespace projections
