#pragma once

#include <string>
#include <string_view>

namespace relay::forward {

/// Whether Kafka allows a character in a topic's name: letters and digits of ASCII, ".", "_", "-".
[[nodiscard]] bool is_topic_character(char c);

/// Why Kafka would not take a topic's name, as what follows it in a sentence ("is empty"); "" when
/// it would.
[[nodiscard]] std::string topic_name_fault(std::string_view name);

}  // namespace relay::forward
