#include "relay/operate/status/judge.hpp"

#include <algorithm>

namespace relay::operate {
namespace {

constexpr std::int64_t quiet_ms = 5'000;
constexpr std::int64_t recent_ms = 60'000;

bool moves(const Evidence& evidence) {
  return evidence.applied_ms_ago && *evidence.applied_ms_ago <= quiet_ms;
}

}  // namespace

Badge badge(const Evidence& evidence, int green_ms, int yellow_ms) {
  if (!evidence.owed_known && !moves(evidence)) return Badge::red;
  if (evidence.owed > 0 && !evidence.oldest_owed_ms) return Badge::red;
  double lag_ms = static_cast<double>(evidence.oldest_owed_ms.value_or(0));
  const bool recent = evidence.applied_ms_ago && *evidence.applied_ms_ago <= recent_ms;
  if (recent) lag_ms = std::max(lag_ms, evidence.p95_ms.value_or(0));
  const bool all_seen = evidence.owed_known && (evidence.owed == 0 || evidence.oldest_exact);
  if (lag_ms < green_ms && all_seen) return Badge::green;
  return lag_ms <= yellow_ms ? Badge::yellow : Badge::red;
}

Activity activity(const Evidence& evidence) {
  if (moves(evidence)) return Activity::live;
  if (evidence.workable > 0) {
    const bool fresh = evidence.oldest_workable_ms && *evidence.oldest_workable_ms <= quiet_ms;
    if (!fresh) return Activity::stalled;
    return evidence.owed_known ? Activity::live : Activity::unknown;
  }
  if (!evidence.owed_known) return Activity::unknown;
  return evidence.owed > 0 ? Activity::held : Activity::idle;
}

std::string_view to_string(Badge badge) {
  switch (badge) {
    case Badge::green: return "GREEN";
    case Badge::yellow: return "YELLOW";
    case Badge::red: return "RED";
  }
  return "RED";
}

std::string_view to_string(Activity activity) {
  switch (activity) {
    case Activity::unknown: return "unknown";
    case Activity::idle: return "idle";
    case Activity::live: return "live";
    case Activity::held: return "held";
    case Activity::stalled: return "stalled";
    case Activity::paused: return "paused";
  }
  return "unknown";
}

}  // namespace relay::operate
