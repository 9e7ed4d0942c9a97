#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace chaos {

/// A transaction of a relay that was seen to wait for something outside the database.
struct IdleTransaction {
  long at_ms = 0;  ///< Since 1970.
  std::string who;
};

/// Looks again and again which relays hold a transaction open and do nothing in it.
class IdleWatch {
 public:
  /// @param url of the primary, whichever it is.
  explicit IdleWatch(std::string url);

  [[nodiscard]] std::vector<IdleTransaction> seen() const;

 private:
  void run(const std::stop_token& stop);

  std::string url_;
  mutable std::mutex mutex_;
  std::vector<IdleTransaction> seen_;
  std::jthread thread_;
};

}  // namespace chaos
