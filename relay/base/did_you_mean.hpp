#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace relay {

/// `; did you mean "workers"?` for the known word nearest to `given`, or "" where none is near.
[[nodiscard]] std::string did_you_mean(std::string_view given,
                                       const std::vector<std::string>& known);

/// A word from a stranger, fit for a message: in quotes, control characters and broken UTF-8
/// replaced by "?", cut after 80 bytes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace relay
