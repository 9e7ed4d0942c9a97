#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tests {

/// A name server that never answers, and programs that ask it for every name which their hosts file
/// does not hold: each runs in a mount namespace of its own. The system's resolver would wait for
/// two and a half minutes.
class SilentResolver {
 public:
  /// Why this process can have none, or nothing.
  [[nodiscard]] static std::optional<std::string> missing();
  SilentResolver();
  ~SilentResolver();
  SilentResolver(const SilentResolver&) = delete;
  SilentResolver& operator=(const SilentResolver&) = delete;

  /// The command, with this resolver.
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& argv) const;
  /// What the hosts file holds from now on, "127.0.0.1 db.example\n".
  void set_hosts(const std::string& lines) const;
  /// Waits until somebody has asked it for a name since it was made.
  [[nodiscard]] bool was_asked(std::chrono::milliseconds time = std::chrono::seconds{30}) const;

 private:
  std::string folder_;
  int socket_ = -1;
};

}  // namespace tests
