#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/kafka_handle.hpp"

namespace tests {

/// A record, as it is sent or as it was read.
struct KafkaRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  int partition = -1;        ///< -1: sent to where `partitioner` says.
  std::int64_t offset = -1;  ///< Given by the broker, as is the next.
  std::int64_t time_ms = 0;  ///< Since 1970.
};

/// Sends records in their order and waits until the broker has acknowledged each.
/// @throws std::runtime_error with the first fault.
void send_records(const KafkaSettings& client, const std::string& topic,
                  const std::vector<KafkaRecord>& records);

/// Reads a topic from its beginning to its end, partition by partition, each in order.
/// @param client such as quick_client(address). @throws std::runtime_error
[[nodiscard]] std::vector<KafkaRecord> read_topic(const KafkaSettings& client,
                                                  const std::string& topic);

}  // namespace tests
