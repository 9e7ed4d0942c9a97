#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace relay::flow {

/// When a breaker opens and for how long.
struct BreakerLimits {
  int failures_in_a_row = 5;
  int calls_least = 10;  ///< In the window; half of them failing opens it, too.
  std::chrono::seconds window{30};
  std::chrono::milliseconds pause_least{1'000};  ///< Doubles at each opening, up to …
  std::chrono::milliseconds pause_most{60'000};  ///< … this; a random part of it is waited.
  int callers = 1;                               ///< How many may call at once when all is well.
  bool begins_open = false;  ///< Nothing is known of the target yet: the first call is a probe.
};

/// Keeps callers away from a target that is down: closed (calls go through), open (none does),
/// half-open (exactly one, the probe). A probe that succeeds closes it again, but slowly: one
/// caller at a time, then two, four … until all. Pauses begin anew only when all may call again.
///
/// Pure: time and chance come in from outside. Threads: one at a time; see SharedBreaker.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State { closed, open, half_open };

  /// The leave for one call. Give it back exactly once, with `report`.
  struct Permit {
    std::uint64_t era = 0;  ///< What was begun before the breaker opened says nothing any more.
  };
  enum class Outcome {
    worked,    ///< The target answered, were it with an error of the caller's own making.
    failed,    ///< Lost, refused, timed out.
    no_answer  ///< Given up for another reason (a stop): counts neither way.
  };

  struct View {
    State state = State::closed;
    std::string why;            ///< The last failure's words; empty when all is well.
    Time since{};               ///< When it was opened or closed; probes do not count.
    std::optional<Time> retry;  ///< Open: when it will try again.
    int callers = 0;            ///< How many may call at once now.
  };

  /// @param random gives numbers from 0 up to, not including, 1.
  Breaker(const BreakerLimits& limits, std::function<double()> random, Time now);

  /// Leave to call now, or nothing.
  std::optional<Permit> ask(Time now);
  /// How the call went. @param why one line, for people; used when it failed.
  void report(Permit permit, Outcome outcome, Time now, const std::string& why = {});
  [[nodiscard]] View view() const;

 private:
  static constexpr std::size_t buckets = 30;
  struct Bucket {
    std::int64_t number = -1;
    int calls = 0;
    int failures = 0;
  };

  void count(Outcome outcome, Time now);
  [[nodiscard]] bool too_many_failures(Time now) const;
  [[nodiscard]] std::int64_t bucket_number(Time now) const;
  void open(Time now, const std::string& why);
  void close(Time now);

  BreakerLimits limits_;
  std::function<double()> random_;
  State state_ = State::closed;
  Time since_;
  Time retry_{};
  std::string why_;
  std::uint64_t era_ = 0;
  int callers_;
  int in_flight_ = 0;
  int in_a_row_ = 0;
  int openings_ = 0;  ///< Since all was well.
  std::array<Bucket, buckets> window_{};
};

}  // namespace relay::flow
