#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace relay::operate {

enum class Badge { green, yellow, red };
enum class Activity {
  idle,     ///< Nothing is pending and nothing was applied for five seconds.
  live,     ///< Work comes and is done.
  stalled,  ///< Something has been pending for more than five seconds and nothing was applied.
  paused,   ///< Somebody, or its relay, has stopped it for a reason.
};

/// What is known of one projection when it is judged; ages by the server's clock.
struct Evidence {
  std::optional<std::int64_t> applied_ms_ago = {};     ///< Absent: it has never applied anything.
  std::optional<double> p95_ms = {};                   ///< Of the last minute with work.
  std::optional<std::int64_t> oldest_pending_ms = {};  ///< Absent: nothing is pending.
  bool pending_known = true;  ///< False: the backlog could not be read in time.
};

/// By the worse of what was measured within the last minute and the oldest pending event's age.
[[nodiscard]] Badge badge(const Evidence& evidence, int green_ms, int yellow_ms);
/// A backlog that cannot be read while nothing is applied counts as stalled: better a look too
/// many.
[[nodiscard]] Activity activity(const Evidence& evidence);

[[nodiscard]] std::string_view to_string(Badge badge);        ///< "GREEN", "YELLOW", "RED".
[[nodiscard]] std::string_view to_string(Activity activity);  ///< "idle", "live", ….

}  // namespace relay::operate
