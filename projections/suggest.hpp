#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace projections {

/// "; did you mean \"aggregate_id\"?" for the known word nearest to `word`, or "" when none is near
/// (two edits, or a third of a long word).
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> known);
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& known);

}  // namespace projections
