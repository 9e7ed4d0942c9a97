#include "relay/operate/judge.hpp"

#include <algorithm>

namespace relay::operate {
namespace {

constexpr std::int64_t quiet_ms = 5'000;
constexpr std::int64_t minute_ms = 60'000;

}  // namespace

Badge badge(const Evidence& evidence, int green_ms, int yellow_ms) {
  double lag_ms = static_cast<double>(evidence.oldest_pending_ms.value_or(0));
  const bool recent = evidence.applied_ms_ago && *evidence.applied_ms_ago <= minute_ms;
  if (recent) lag_ms = std::max(lag_ms, evidence.p95_ms.value_or(0));
  if (!evidence.pending_known && activity(evidence) == Activity::stalled) return Badge::red;
  if (lag_ms < green_ms) return Badge::green;
  return lag_ms <= yellow_ms ? Badge::yellow : Badge::red;
}

Activity activity(const Evidence& evidence) {
  const bool applied = evidence.applied_ms_ago && *evidence.applied_ms_ago <= quiet_ms;
  if (applied) return Activity::live;
  if (!evidence.pending_known) return Activity::stalled;
  if (!evidence.oldest_pending_ms) return Activity::idle;
  return *evidence.oldest_pending_ms > quiet_ms ? Activity::stalled : Activity::live;
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
    case Activity::idle: return "idle";
    case Activity::live: return "live";
    case Activity::stalled: return "stalled";
    case Activity::paused: return "paused";
  }
  return "stalled";
}

}  // namespace relay::operate
