#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tests {

/// A child process with its output in memory. Killed and waited for in the destructor.
class Process {
 public:
  /// Starts it. @param environment added to ours. @param input a file for standard input; empty:
  /// /dev/null. @throws std::runtime_error when it cannot be started.
  explicit Process(const std::vector<std::string>& argv,
                   const std::map<std::string, std::string>& environment = {},
                   const std::string& input = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  /// Waits for the end. @return the exit code, 128 + signal when killed by one, nothing when it
  /// still runs after the time.
  std::optional<int> wait(std::chrono::milliseconds time = std::chrono::seconds{60});
  [[nodiscard]] bool running();
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  int out_ = -1;  ///< Files without a name.
  int err_ = -1;
  pid_t pid_ = -1;
  std::optional<int> code_;
};

struct Ended {
  int code = -1;  ///< -1: it did not end in time and was killed.
  std::string out;
  std::string err;
};

/// Runs a command to its end. @param input text for standard input.
Ended run_command(const std::vector<std::string>& argv,
                  const std::map<std::string, std::string>& environment = {},
                  const std::string& input = {},
                  std::chrono::milliseconds time = std::chrono::seconds{120});

}  // namespace tests
