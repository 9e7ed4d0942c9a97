#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "relay/flow/refusal.hpp"

namespace relay::flow {

/// Work that is done in turns by whatever thread is free, with at most one session, which it may
/// keep between turns as long as no other task needs it. Threads: one at a time; nothing here
/// throws.
class Task {
 public:
  using Pause = std::chrono::microseconds;
  static constexpr Pause at_once{0};
  static constexpr Pause until_called = Pause::max();

  Task() = default;
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  /// How long there is nothing to do, as far as can be told without a session, unless its bell
  /// rings. Quick, and rings no bell.
  [[nodiscard]] virtual Pause idle() noexcept { return at_once; }
  /// Before a turn: how long it waited for a thread and a session.
  virtual void waited(std::chrono::milliseconds time) noexcept { (void)time; }
  /// One turn. Once a stop is asked for: what is left to do at the end. @return when to come again
  /// at the latest, unless its bell rings before; nothing: never.
  [[nodiscard]] virtual std::optional<Pause> turn(const std::stop_token& stop) noexcept = 0;
  /// After a turn: it had no session, since the server refused one. It comes again as soon as one
  /// may be had. Told once.
  [[nodiscard]] virtual std::optional<Refusal> take_refusal() noexcept { return std::nullopt; }
  /// Whether it keeps a session.
  [[nodiscard]] virtual bool has_session() const noexcept = 0;
  /// Closes the session, if it keeps one.
  virtual void leave_session() noexcept = 0;
  /// What it works for has fallen asleep: it does what is left to do, and then keeps no session and
  /// comes seldom until it is told that this is over. Its bell rings for it. Any thread.
  virtual void rest(bool asleep) noexcept { (void)asleep; }
  /// Cuts off the session, if it has one, so that a turn that waits on it ends. Any thread. Never
  /// waits.
  virtual void cancel() noexcept = 0;
};

}  // namespace relay::flow
