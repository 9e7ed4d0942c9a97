#pragma once

#include <chrono>
#include <string>

namespace relay {

/// A moment of the monotonic clock as people write it: "12:34:56", UTC.
[[nodiscard]] std::string clock_time(std::chrono::steady_clock::time_point moment);

}  // namespace relay
