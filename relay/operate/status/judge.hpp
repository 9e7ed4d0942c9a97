#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace relay::operate {

enum class Badge { green, yellow, red };
enum class Activity {
  unknown,  ///< What is owed could not be read, and nothing was applied for five seconds.
  idle,     ///< Nothing is owed and nothing was applied for five seconds.
  live,     ///< Work comes and is done.
  held,     ///< All that is owed waits for something known: a retry not due yet, a dead letter.
  stalled,  ///< Something could have been worked off for more than five seconds and was not.
  paused,   ///< An operator, or its relay, has stopped it for a reason.
};

/// What is known of one projection when it is judged; ages by the server's clock. Owed is what is
/// pending, ready, retrying or waiting; a dead letter is not, what waits behind it is.
struct Evidence {
  std::optional<std::int64_t> applied_ms_ago = {};  ///< Absent: it has never applied anything.
  std::optional<double> p95_ms = {};                ///< Of the last minute with work.
  bool owed_known = false;  ///< False: not all that may be owed could be read.
  std::int64_t owed = 0;    ///< As far as it was counted.
  std::optional<std::int64_t> oldest_owed_ms = {};  ///< Absent: of no known age.
  bool oldest_exact = false;                        ///< False: some may be older.
  std::int64_t workable = 0;                        ///< Of those owed, what waits for nothing.
  std::optional<std::int64_t> oldest_workable_ms = {};
};

/// By the worse of what was measured within the last minute and the age of the oldest event owed.
/// Never green where not all was read.
[[nodiscard]] Badge badge(const Evidence& evidence, int green_ms, int yellow_ms);
[[nodiscard]] Activity activity(const Evidence& evidence);

[[nodiscard]] std::string_view to_string(Badge badge);        ///< "GREEN", "YELLOW", "RED".
[[nodiscard]] std::string_view to_string(Activity activity);  ///< "idle", "live", ….

}  // namespace relay::operate
