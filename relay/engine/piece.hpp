#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "relay/lanes/lane_board.hpp"
#include "relay/lanes/reach.hpp"

namespace relay::engine {

/// Reads a stretch of each of these lanes, as far as `reach` lets it. Sets their tops.
/// @param now tells the time. @param last number that is known to be handed out.
/// @param read reads the lanes; it has so long.
/// @param in_part set to whether some lane was not read to its end.
/// @return false: it was cut off; the next one reads less.
/// @throws what `read` throws, also when it is cut off again and again.
[[nodiscard]] bool read_piece(const lanes::Now& now, lanes::Reach& reach,
                              std::vector<lanes::LaneTicket>& lanes, std::int64_t last,
                              bool& in_part,
                              const std::function<void(std::chrono::milliseconds)>& read);

}  // namespace relay::engine
