#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace chaos {

/// How a child is started.
struct Launch {
  std::vector<std::string> argv;
  std::string log;  ///< Its standard output and error are appended here.
  std::map<std::string, std::string> environment = {};  ///< Added to ours.
  bool as_postgres = false;  ///< As the user postgres when we are root: servers refuse root.
};

/// A child process in a process group of its own. Killed and waited for in the destructor.
/// Threads: any.
class Child {
 public:
  /// @throws std::runtime_error when it cannot be started.
  explicit Child(const Launch& launch);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number);
  /// @return the exit code, 128 + signal when killed by one, nothing while it runs past the time.
  std::optional<int> wait(std::chrono::milliseconds time);
  [[nodiscard]] bool running();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  std::mutex mutex_;
  pid_t pid_ = -1;
  std::optional<int> code_;
};

/// Runs a command to its end, within a minute. @return its exit code, -1 past the minute.
int run_to_end(const Launch& launch);

/// The user postgres owns `path` from now on, when we are root.
void give_to_postgres(const std::string& path);

}  // namespace chaos
