#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace tests {

/// Inserts one row after the other into a table, from a thread of its own, and notes how long each
/// insert took. The thread ends with `stop` or the destructor.
class StallMeter {
 public:
  using Clock = std::chrono::steady_clock;
  struct Insert {
    Clock::time_point begin;
    Clock::time_point end;
    [[nodiscard]] double ms() const {
      return std::chrono::duration<double, std::milli>(end - begin).count();
    }
  };

  /// @param sql the insert, run again and again on one connection to `url`.
  StallMeter(std::string url, std::string sql);
  ~StallMeter();
  StallMeter(const StallMeter&) = delete;
  StallMeter& operator=(const StallMeter&) = delete;

  void stop();

  // After stop.
  [[nodiscard]] const std::vector<Insert>& inserts() const { return inserts_; }
  [[nodiscard]] long failed() const { return failed_; }
  [[nodiscard]] const std::string& first_error() const { return first_error_; }
  [[nodiscard]] Insert longest() const;
  /// The longest insert that overlaps `span`; 0 without one.
  [[nodiscard]] double longest_ms_during(const Insert& span) const;

 private:
  void work();

  std::string url_;
  std::string sql_;
  std::atomic<bool> stop_{false};
  std::vector<Insert> inserts_;
  long failed_ = 0;
  std::string first_error_;
  std::thread thread_;
};

}  // namespace tests
