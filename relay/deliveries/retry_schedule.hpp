#pragma once

#include <chrono>
#include <optional>

#include "projections/registry.hpp"

namespace relay::deliveries {

/// How long after counted failure number `attempts` (from 1) the next try is due; nothing: that was
/// the last one, the delivery is dead. With the default schedule of five pauses the sixth failure
/// is. @param chance 0 … 1, spreads the pause over 90 … 110 %. Pure.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> next_try(
    const projections::RetrySchedule& schedule, int attempts, double chance) {
  if (attempts < 1 || static_cast<std::size_t>(attempts) > schedule.size()) return std::nullopt;
  const std::chrono::duration<double, std::milli> pause =
      schedule[static_cast<std::size_t>(attempts) - 1];
  return std::chrono::duration_cast<std::chrono::milliseconds>(pause * (0.9 + 0.2 * chance));
}

}  // namespace relay::deliveries
