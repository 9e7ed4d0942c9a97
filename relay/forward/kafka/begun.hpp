#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace relay::forward::kafka {

/// In which partitions a producer has begun: a record of its was acknowledged there. Until then the
/// broker does not know its numbering of records, and would take a set of them though the one
/// before it was refused. What is known is known for an hour: brokers forget producers that rest
/// for a day, and topics get partitions. Time comes in from outside. Threads: any.
class Begun {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A topic has so many partitions; in none of them has the producer begun.
  void learn(const std::string& topic, int partitions, Time now);
  [[nodiscard]] bool knows(const std::string& topic, Time now) const;
  /// Whether there is no partition left, or the topic is not known.
  [[nodiscard]] bool everywhere(const std::string& topic) const;
  /// The partition of a key, if the producer has not begun there; nothing: it has, or the topic is
  /// not known.
  [[nodiscard]] std::optional<int> not_yet(const std::string& topic, const std::string& key) const;
  /// A record of that key was acknowledged.
  void note(const std::string& topic, const std::string& key);

 private:
  struct Topic {
    Time learned;
    std::vector<bool> begun;  ///< One for each partition.
    std::size_t left;         ///< How many of them are not.
  };
  mutable std::mutex mutex_;
  std::map<std::string, Topic> topics_;  // guarded by mutex_
};

}  // namespace relay::forward::kafka
