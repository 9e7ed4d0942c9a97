#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace relay::pg {

/// Shuts a socket whose time is over, so that the call that waits on it returns. Keepalives notice
/// a dead link and `tcp_user_timeout` a lost send; a peer that is stopped, or trickles, keeps both
/// content, and only a deadline of our own ends that wait.
///
/// One thread, which sleeps until the earliest deadline. Setting one costs an atomic store; the
/// thread is woken only when a deadline is earlier than what it waits for: with calls of one limit
/// about once per limit. Threads: any. Must outlive its lines.
class Watchdog {
 public:
  class Line;
  class Limit;

  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void run();
  std::int64_t shut_what_is_late(std::int64_t now_ns);
  void expect(std::int64_t deadline_ns);

  std::mutex mutex_;  ///< Guards `lines_`, `poked_`, `stop_`; held while a socket is shut.
  std::condition_variable wake_;
  std::vector<Line*> lines_;
  bool poked_ = false;
  bool stop_ = false;
  std::atomic<std::int64_t> wake_at_ns_;
  std::thread thread_;
};

/// A socket that is watched, for as long as this object lives. Ends before the socket is closed.
/// Threads: limits are one thread's business at a time; `hang_up` may be called by any.
class Watchdog::Line {
 public:
  /// @param socket borrowed: shut when time is over, never closed.
  Line(Watchdog& watchdog, int socket);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Shuts the socket now: a call that waits on it gets an error at once. Never blocks on the
  /// network.
  void hang_up() noexcept;
  /// Whether a deadline has passed on this line; it is of no use any more.
  [[nodiscard]] bool given_up() const { return deadline_ns_.load() < 0; }
  /// What the tightest limit allowed, for a sentence.
  [[nodiscard]] std::chrono::milliseconds allowed() const { return allowed_; }

 private:
  friend class Watchdog;
  friend class Limit;

  Watchdog& watchdog_;
  int socket_;
  /// 0: none. Positive: by the monotonic clock. Negative: that deadline has passed, for good.
  std::atomic<std::int64_t> deadline_ns_{0};
  std::chrono::milliseconds allowed_{0};
};

/// A deadline upon a line, for as long as this object lives. Limits nest; an inner one can only
/// tighten. It bounds everything in between: one call, or all the calls of a handler.
class Watchdog::Limit {
 public:
  /// @param time 0 or less: no limit.
  Limit(Line& line, std::chrono::milliseconds time);
  ~Limit();
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  /// Whether it was this limit at which the socket was shut: what follows is a time-out of what
  /// it was put around, not a lost connection. Stays true.
  [[nodiscard]] bool expired() const;

 private:
  Line& line_;
  std::int64_t own_ns_ = 0;     ///< 0: it did not tighten anything.
  std::int64_t before_ns_ = 0;  ///< What to go back to.
  std::chrono::milliseconds allowed_before_{0};
};

}  // namespace relay::pg
