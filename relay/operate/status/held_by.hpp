#pragma once

#include <cstdint>
#include <string>

#include "relay/operate/status/snapshot.hpp"

namespace relay::operate {

/// What holds the deliveries that are not ready, in words: "3 event(s) are tried again, …"; empty:
/// nothing does. An error in it is a stranger's text, not fit for a terminal. Pure.
/// @param retrying, waiting how many there are, counted to `count_limit`.
[[nodiscard]] std::string held_by(const HeldBack& held, std::int64_t retrying,
                                  std::int64_t waiting);

/// "40 ms", "12 s", "7 min", "5 h", "3 d"; rounded down.
[[nodiscard]] std::string span_text(std::int64_t ms);

/// A count of a look that ends at `count_limit`: "12", "10000+".
[[nodiscard]] std::string count_text(std::int64_t number);

}  // namespace relay::operate
