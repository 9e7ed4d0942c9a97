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
/// … and that stops for good at a set of records that is refused, or what is under way behind it
/// would arrive first. @param set_bytes how large sets become. Pure.
[[nodiscard]] Config gapless_config_of(const KafkaOptions& options, std::size_t set_bytes);
/// … and that sends each record as a set of its own, so that only what is itself refused is. Pure.
[[nodiscard]] Config one_by_one_config_of(const KafkaOptions& options);
/// The largest record, and the largest set of records, that the user's settings make, in bytes;
/// librdkafka's own defaults where they say nothing. Pure.
[[nodiscard]] std::size_t record_bytes_most(const KafkaOptions& options);
[[nodiscard]] std::size_t set_bytes_most(const KafkaOptions& options);

}  // namespace relay::forward::kafka
