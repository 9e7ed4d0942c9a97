#pragma once

#include <string>

#include "tests/support/kafka_handle.hpp"

namespace tests {

/// The administrator of a broker. Each call returns when the broker itself has heard of it.
/// @throws std::runtime_error with what the broker says. One thread at a time.
class KafkaTopics {
 public:
  explicit KafkaTopics(const std::string& address)
      : handle_(open_kafka(RD_KAFKA_PRODUCER, quick_client(address))) {}

  /// @param configs such as {"max.message.bytes", "1000"}.
  void create(const std::string& topic, int partitions, const KafkaSettings& configs = {});
  void remove(const std::string& topic);
  /// Gives it these configs and no others.
  void configure(const std::string& topic, const KafkaSettings& configs);
  /// Nobody may write to it until `permit_writing`.
  void forbid_writing(const std::string& topic);
  void permit_writing(const std::string& topic);
  /// Nobody may read its configs any more.
  void forbid_describing_configs(const std::string& topic);

 private:
  void forbid(const std::string& topic, rd_kafka_AclOperation_t operation);

  KafkaHandle handle_;
};

}  // namespace tests
