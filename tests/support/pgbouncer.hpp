#pragma once

#include <memory>
#include <string>

#include "tests/support/process.hpp"

namespace tests {

/// A real PgBouncer in transaction mode with a pool of four, in front of one database of the test
/// server. Stopped in the destructor.
class PgBouncer {
 public:
  /// Whether the program is installed.
  [[nodiscard]] static bool available();
  explicit PgBouncer(const std::string& database);
  ~PgBouncer();
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  std::string folder_;
  std::string url_;
  std::unique_ptr<Process> process_;
};

}  // namespace tests
