#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "relay/base/lag_histogram.hpp"

namespace relay::operate {

/// What half, 95 % and 99 % of the times of a minute are below, in milliseconds.
struct LagMs {
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
};

/// Nothing of no counts.
[[nodiscard]] std::optional<LagMs> lag_ms(const LagCounts& counts);

/// `p50`, `p95` and `p99`; null each where there is nothing.
[[nodiscard]] nlohmann::ordered_json lag_json(const std::optional<LagMs>& lag);

}  // namespace relay::operate
