#pragma once

#include <string>
#include <string_view>

namespace relay {

/// A word from a stranger, fit for a message: in quotes, control characters and broken UTF-8
/// replaced by "?", cut after 80 bytes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace relay
