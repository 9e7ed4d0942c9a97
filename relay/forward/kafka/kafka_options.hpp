#pragma once

#include <chrono>
#include <string>

#include "relay/forward/kafka/producer.hpp"

namespace relay::forward::kafka {

struct KafkaOptions {
  std::string brokers;  ///< "host:port,…"; for librdkafka and for messages.
  /// librdkafka settings of the user's; checked before, see options.hpp.
  Config settings;
  std::chrono::milliseconds timeout{8'000};  ///< What one `send` may take.
  int callers = 1;                           ///< Threads that send when all is well.
};

/// All settings of a producer that keeps what Freshet promises. Pure.
[[nodiscard]] Config config_of(const KafkaOptions& options);

}  // namespace relay::forward::kafka
