#include "relay/operate/status/lag_ms.hpp"

namespace relay::operate {

std::optional<LagMs> lag_ms(const LagCounts& counts) {
  if (counts.empty()) return std::nullopt;
  return LagMs{percentile_ms(counts, 0.5), percentile_ms(counts, 0.95),
               percentile_ms(counts, 0.99)};
}

nlohmann::ordered_json lag_json(const std::optional<LagMs>& lag) {
  if (!lag) return {{"p50", nullptr}, {"p95", nullptr}, {"p99", nullptr}};
  return {{"p50", lag->p50}, {"p95", lag->p95}, {"p99", lag->p99}};
}

}  // namespace relay::operate
