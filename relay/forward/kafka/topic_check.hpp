#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "relay/forward/kafka/kafka_options.hpp"

namespace relay::forward::kafka {

/// What the brokers say of topics, one sentence each.
struct TopicReport {
  std::string down;                 ///< Why the brokers could not be asked; "" when they answered.
  std::vector<std::string> faults;  ///< Topics that do not exist or may not be written.
};

/// Asks whether each topic exists and may be written, and writes nothing: a record is sent that
/// wants to be acknowledged in a way that there is none (acks=2), which a broker says only to whom
/// it would let write.
/// @param time for all of it; brokers that hang up are not waited for.
/// @throws std::invalid_argument: librdkafka does not take a setting.
[[nodiscard]] TopicReport check_topics(const KafkaOptions& options,
                                       const std::set<std::string>& topics,
                                       std::chrono::milliseconds time);

}  // namespace relay::forward::kafka
