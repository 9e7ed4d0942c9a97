#pragma once

#include <string>
#include <vector>

namespace tests {

/// An authority that issues certificates, by openssl, into a folder; its own is FOLDER/ca.pem.
class Authority {
 public:
  /// @throws std::runtime_error with what openssl says; so do the others.
  explicit Authority(std::string folder);

  [[nodiscard]] std::string certificate() const { return folder_ + "/ca.pem"; }
  /// Writes FOLDER/NAME.key and FOLDER/NAME.pem. @param host such as "DNS:db.example" or
  /// "IP:127.0.0.1". @param from, until such as "20200101000000Z".
  void issue(const std::string& name, const std::string& host,
             const std::string& from = "20200101000000Z",
             const std::string& until = "20991231000000Z") const;

 private:
  std::string folder_;
};

}  // namespace tests
