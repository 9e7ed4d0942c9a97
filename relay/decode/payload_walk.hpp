#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay::decode {

/// Parsers step over it, nlohmann's and newer ones of simdjson; jsonb does not.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The careful half of payload_fault, whose verdict counts: walks the text token by token, without
/// building anything, and says what is wrong with it and where. Threads: any. Memory: that of the
/// longest string in the payload.
[[nodiscard]] std::optional<std::string> fault_by_walk(std::string_view payload);

}  // namespace relay::decode
