#pragma once

#include <cstddef>
#include <string>

namespace projections {

/// A longer key is shortened: one must fit into an entry of an index. Those of a table that was
/// made by Freshet all fit.
inline constexpr std::size_t key_bytes_max = 2'048;

/// A text that is longer than `most` bytes (100 at least) cut between two characters, its end
/// replaced by a hash of the whole.
[[nodiscard]] std::string shortened(std::string text, std::size_t most);

}  // namespace projections
