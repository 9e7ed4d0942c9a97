#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

struct rd_kafka_s;

namespace relay::forward::kafka {

/// Asks a broker for a topic's `max.message.bytes`, the most that a set of its records may have.
/// @return nothing: no answer, or we may not know (that needs DESCRIBE_CONFIGS on the topic).
[[nodiscard]] std::optional<std::size_t> topic_limit(rd_kafka_s* handle, const std::string& topic,
                                                     std::chrono::milliseconds time);

}  // namespace relay::forward::kafka
