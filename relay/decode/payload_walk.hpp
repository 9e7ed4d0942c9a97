#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay::decode {

/// The careful road of payload_fault, and its judge: walks the text token by token, without
/// building anything, and says what is wrong with it and where. Threads: any. Memory: that of the
/// longest string in the payload.
[[nodiscard]] std::optional<std::string> fault_by_walk(std::string_view payload);

}  // namespace relay::decode
