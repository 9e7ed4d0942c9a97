#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "relay/forward/sink.hpp"

namespace relay::forward::kafka {

/// Which topics take records, as far as is known. A topic that does not is left alone for a second,
/// then for two, … up to a minute. Time comes in from outside. Threads: any.
class Topics {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Whether the last record for it was acknowledged.
  [[nodiscard]] bool is_open(const std::string& topic) const;
  /// Whether the last record for it was not taken.
  [[nodiscard]] bool is_shut(const std::string& topic) const;
  void opened(const std::string& topic);
  void close(const std::string& topic, const std::string& why, Time now);
  /// Why it takes nothing, and when to try again; nothing: it may be tried.
  [[nodiscard]] std::optional<Closed> closed(const std::string& topic, Time now) const;
  /// The topics that take nothing, in words; "" if none.
  [[nodiscard]] std::string sentence() const;

 private:
  struct Shut {
    std::string why;
    std::chrono::milliseconds pause{};
    Time retry{};
  };
  mutable std::mutex mutex_;
  std::map<std::string, std::optional<Shut>> topics_;  // open ones hold nothing
};

}  // namespace relay::forward::kafka
