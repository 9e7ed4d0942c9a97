#pragma once

#include <chrono>

namespace relay::engine {

/// How long to wait from one look for work to the next. Pure; the caller tells the time.
/// Threads: one.
class LookInterval {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = std::chrono::microseconds;

  struct Look {
    Time took{};
    bool found = false;    ///< There is something that may be taken.
    bool behind = false;   ///< What the look before found still waits for a worker.
    bool backlog = false;  ///< … and more than a claim takes.
  };

  /// @param least the pause while there is work.
  /// @param most the pause at rest.
  LookInterval(Time least, Time most) : least_(least), most_(most) {}

  /// The pause after this look. Where the server is busy looks take long, and looking is to take a
  /// third of the time at most: on average, since now and then one asks for more than events.
  [[nodiscard]] Time after(const Look& look, Clock::time_point now);

 private:
  Time least_;
  Time most_;
  Time pause_{1'000};
  Time looks_take_{};  ///< Of late, on average.
  Clock::time_point found_at_{};
};

}  // namespace relay::engine
