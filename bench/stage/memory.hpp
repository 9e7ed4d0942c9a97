#pragma once

#include <sys/types.h>

#include <atomic>
#include <thread>

namespace bench {

/// The most memory that a process has had so far, in MiB, by the kernel's own mark (VmHWM); 0 when
/// it is gone.
[[nodiscard]] double peak_mib(pid_t process);
/// What a process has now, in MiB (VmRSS).
[[nodiscard]] double resident_mib(pid_t process);
/// The same of all processes of a group together.
[[nodiscard]] double group_resident_mib(pid_t group);
/// Seconds of processor time of all children of this process that have ended and were waited for.
[[nodiscard]] double cpu_seconds_of_ended();

/// Looks at a process every 20 ms until it is gone or this is; keeps its peak.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t process);
  ~MemoryWatch() { stop(); }
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  /// In MiB, of the last look.
  [[nodiscard]] double peak() const { return peak_; }
  void stop();

 private:
  std::atomic<double> peak_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace bench
