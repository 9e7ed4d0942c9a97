#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chaos {

/// A record as it lies in a topic.
struct Record {
  int partition = 0;
  long place = 0;  ///< Its offset.
  long at_ms = 0;  ///< When its producer was given it, since 1970.
  std::optional<std::string> key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Whether a broker answers at "host:port" within the time.
bool broker_answers(const std::string& address, std::chrono::milliseconds time);

/// @throws std::runtime_error with what the broker says.
void create_topics(const std::string& address, const std::vector<std::string>& topics,
                   int partitions);

/// Calls `see` with every record of a topic, each partition from its beginning to its end.
/// @throws std::runtime_error when the ends are not reached within two minutes.
void read_topic(const std::string& address, const std::string& topic,
                const std::function<void(const Record&)>& see);

}  // namespace chaos
