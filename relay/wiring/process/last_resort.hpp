#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace relay::wiring {

/// Ends the process when stopping takes longer than it may. Every wait of ours has a deadline, but
/// a peer that has gone silent can hold the driver: in a cancel request, in a last note of
/// freshness.
class LastResort {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param limit from now on; when it is over the process ends at once, with code 1 unless
  ///   `settled` was called.
  explicit LastResort(Clock::duration limit);
  ~LastResort();
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

  /// Less time than before: from now on.
  void hurry(Clock::duration limit);
  /// Nothing is left but tidying up: the process ends with this code, whatever the tidying does.
  void settled(int code);

 private:
  void watch(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  Clock::time_point deadline_;  // this and code_ are guarded by mutex_
  int code_ = 1;
  std::jthread thread_;
};

}  // namespace relay::wiring
