#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/operate/status/judge.hpp"
#include "relay/operate/status/lag_ms.hpp"
#include "relay/operate/status/relay_status.hpp"
#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/status/upkeep_status.hpp"

namespace relay::operate {

/// A projection or a forward as the settings or the program know it.
struct ProjectionSpec {
  std::string name;
  std::vector<std::string> patterns;
  int green_ms = 100;
  int yellow_ms = 500;
  std::string kind = "projection";  ///< Or "forward".
};

/// One line of `freshet status`.
struct ProjectionStatus {
  std::string database;
  std::string name;
  std::string kind;  ///< "projection" or "forward".
  Badge badge = Badge::red;
  Activity activity = Activity::unknown;
  /// From publication to commit, over the last minute in which something was applied; absent:
  /// nothing was ever.
  std::optional<LagMs> lag;
  std::optional<std::int64_t> pending;  ///< Absent: it could not be read in time.
  bool pending_exact = false;           ///< False: there may be more.
  std::optional<std::int64_t> ready;    ///< The four are counted to `count_limit`, or absent.
  std::optional<std::int64_t> retrying;
  std::optional<std::int64_t> waiting;
  std::optional<std::int64_t> dead;
  std::string last_applied;                       ///< ISO 8601, UTC; empty: never.
  std::optional<std::int64_t> applied_ms_ago;     ///< Absent: never, or it could not be read.
  std::optional<std::int64_t> applied_total;      ///< Absent: it could not be read in time.
  std::optional<std::int64_t> oldest_pending_ms;  ///< Of those that are pending or ready.
  std::optional<std::int64_t> oldest_owed_ms;     ///< Of all that are not done or dead.
  bool oldest_owed_exact = false;                 ///< False: some may be older.
  std::string held_by;       ///< What those wait for that are not pending or ready, or empty.
  std::string registered;    ///< "active", "paused" or "no": no relay has registered it yet.
  std::string paused_by;     ///< "operator", "relay", "projection"; empty: it is not paused.
  std::string paused_since;  ///< ISO 8601, UTC, or empty.
  std::string trouble;       ///< Why it is not moving, or empty.
};

/// Events addressed to a listener that is not registered: they wait until it is.
struct Unclaimed {
  std::string database;
  std::string listener_id;
  std::int64_t events = 0;
};

/// What has pinned vacuum's horizon for longer than the limit.
struct Pinned {
  std::string database;
  Pin pin;
};

/// Sessions that hold a snapshot of an age that this role is not allowed to see.
struct HiddenPins {
  std::string database;
  std::int64_t sessions = 0;
};

/// What `freshet status` shows.
struct Status {
  std::vector<ProjectionStatus> projections;
  std::vector<Unclaimed> unclaimed;
  std::vector<Pinned> pinned;  ///< The oldest few of each database.
  std::vector<HiddenPins> hidden;
  std::vector<UpkeepStatus> upkeep;
  std::vector<RelaysOfDatabase> relays;
  std::size_t databases = 1;  ///< How many were asked; with several each line says whose it is.
};

/// Judges what a database says. Registered projections that the settings do not know are shown
/// too, with the usual thresholds. Pure.
[[nodiscard]] Status judge(const std::string& database, const std::vector<ProjectionSpec>& specs,
                           const Snapshot& snapshot);

}  // namespace relay::operate
