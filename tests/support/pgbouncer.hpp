#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace tests {

/// A real PgBouncer in transaction mode in front of one database of the test server. Stopped in the
/// destructor.
class PgBouncer {
 public:
  /// Whether the program is installed.
  [[nodiscard]] static bool available();
  /// @param pool_size server connections, at most. @param more lines of its settings.
  explicit PgBouncer(const std::string& database, int pool_size = 4, const std::string& more = {});
  ~PgBouncer();
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  /// Ends it, with every connection, and starts it again on the same port.
  void restart();
  /// Says something on its console: PAUSE, RESUME, KILL database.
  void command(const std::string& text) const;

 private:
  void start();
  void stop();

  std::string folder_;
  std::vector<std::string> argv_;
  std::string server_;
  std::string url_;
  std::unique_ptr<Process> process_;
};

}  // namespace tests
