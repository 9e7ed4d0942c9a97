#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace relay::forward::kafka {

/// How large a set of records may be, in bytes, so that no topic refuses it as a whole: one
/// producer sends to all topics, so it is the smallest of their `max.message.bytes`, as far as
/// these may be read. What is known is known for an hour. Time comes in from outside. Threads: any.
class SetSize {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @param most a set's size where nothing is known to be smaller.
  explicit SetSize(std::size_t most) : most_(most), bytes_(most) {}

  /// Whether a topic's limit should be asked for.
  [[nodiscard]] bool wants(const std::string& topic, Time now) const;
  /// @param limit its `max.message.bytes`; nothing: that may not be read.
  void learn(const std::string& topic, std::optional<std::size_t> limit, Time now);
  /// A set was refused as too large whose records were then taken one by one. Makes sets smaller:
  /// by the limit if that explains it, else to 16 KiB, then to one record each.
  void refused(const std::string& topic, std::optional<std::size_t> limit, Time now);
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Known {
    std::optional<std::size_t> bytes;
    Time since;
  };
  void keep(const std::string& topic, std::optional<std::size_t> bytes, Time now);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> topics_;  // guarded by mutex_
  std::size_t bytes_;                    // guarded by mutex_; the smallest of them
};

}  // namespace relay::forward::kafka
