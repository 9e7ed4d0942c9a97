#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace relay::flow {

/// Wakes threads that have run out of work. It counts its rings, so that one between a look and the
/// wait that follows it is not missed. Threads: any.
class Bell {
 public:
  /// Wakes one who waits; who finds more than it can take rings again.
  void ring() {
    const std::lock_guard lock{mutex_};
    ++rings_;
    rang_.notify_one();
  }
  /// Wakes all who wait.
  void ring_for_all() {
    const std::lock_guard lock{mutex_};
    ++rings_;
    rang_.notify_all();
  }

  [[nodiscard]] std::uint64_t rings() const {
    const std::lock_guard lock{mutex_};
    return rings_;
  }

  /// Waits for a ring, a stop, or the time. @param seen the count the caller knows.
  void wait(std::uint64_t seen, std::chrono::microseconds time, const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    rang_.wait_for(lock, stop, time, [&] { return rings_ != seen; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any rang_;
  std::uint64_t rings_ = 0;
};

}  // namespace relay::flow
