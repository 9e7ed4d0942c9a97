#pragma once

#include <functional>
#include <memory>

namespace tests {

/// Work that is left in its middle and gone on with later, on one thread: what a simulation
/// schedules in a thread's place. Threads: all fibers of a thread are that thread's.
class Fiber {
 public:
  Fiber();
  /// Its work must have ended.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Begins, and comes back when the work has been left or has ended. @param work must not throw.
  void start(std::function<void()> work);
  /// Goes on where it was left; likewise.
  void resume();
  /// Whether its work has been left and not ended.
  [[nodiscard]] bool busy() const;

  /// Inside one: back to what started or resumed it. Elsewhere: nothing.
  static void leave();
  [[nodiscard]] static bool is_inside();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tests
