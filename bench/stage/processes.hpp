#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

/// The processes of this machine whose field of /proc/PID/stat, by its number in proc(5), says so.
[[nodiscard]] std::vector<pid_t> processes_with(int field, const std::string& value);
[[nodiscard]] inline std::vector<pid_t> children_of(pid_t parent) {
  return processes_with(4, std::to_string(parent));
}

/// Threads of a process; 0 when it is gone.
[[nodiscard]] int threads_of(pid_t process);

/// A server whose processes are all stopped, so that it takes what is sent and never answers. Goes
/// on when this ends.
class StoppedServer {
 public:
  /// @param postmaster first: it must not start another while its children are stopped.
  explicit StoppedServer(pid_t postmaster);
  ~StoppedServer();
  StoppedServer(const StoppedServer&) = delete;
  StoppedServer& operator=(const StoppedServer&) = delete;

 private:
  std::vector<pid_t> stopped_;
};

}  // namespace bench
