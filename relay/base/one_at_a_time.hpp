#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace relay {

/// Lets one caller at a time go on, and those whose deadline has passed. As a timed_mutex would,
/// whose lock ThreadSanitizer of g++ 12 does not see. Threads: any. Outlives its turns.
class OneAtATime {
 public:
  class Turn {
   public:
    Turn(OneAtATime& of, std::chrono::steady_clock::time_point deadline) : of_(of) {
      std::unique_lock lock{of_.mutex_};
      mine_ = of_.over_.wait_until(lock, deadline, [&] { return !of_.taken_; });
      if (mine_) of_.taken_ = true;
    }
    ~Turn() {
      if (!mine_) return;
      {
        const std::lock_guard lock{of_.mutex_};
        of_.taken_ = false;
      }
      of_.over_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    OneAtATime& of_;
    bool mine_ = false;
  };

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool taken_ = false;
};

}  // namespace relay
