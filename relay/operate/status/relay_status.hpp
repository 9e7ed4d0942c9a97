#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "relay/operate/status/lag_ms.hpp"
#include "relay/operate/status/snapshot.hpp"

namespace relay::operate {

/// What one relay says of itself in one database.
struct RelayStatus {
  std::string instance;
  bool present = false;  ///< Seen within its time.
  bool asleep = false;
  Sessions sessions;
  std::optional<LagMs> acquire;  ///< Waits for a thread and a session; absent: there were none.
  std::optional<LagMs> run;      ///< Turns with a session.
  std::int64_t heard_s_ago = 0;  ///< When it last wrote here,
  std::int64_t next_sign_s = 0;  ///< and how long after that it was to do so again.
};

/// The relays of one database, by name.
struct RelaysOfDatabase {
  std::string database;
  std::optional<std::vector<RelayStatus>> relays;  ///< Absent: they could not be read in time.
  bool to_do = false;                              ///< There is something that could be worked off.
};

/// Pure. @param to_do see RelaysOfDatabase.
[[nodiscard]] RelaysOfDatabase judge_relays(const std::string& database, const Snapshot& snapshot,
                                            bool to_do = false);

/// A line for each relay that is short of sessions, and for each that sleeps; where it should have
/// been woken by now it says when it was heard of. "" where none is. Relays that are gone are left
/// out, and shortage where they sleep. What is short of a whole process is told once.
/// @param databases whether there are several, so that each line says of which it is.
[[nodiscard]] std::string relays_text(const std::vector<RelaysOfDatabase>& all, bool databases);
/// An object for each database; its `relays` are null where they could not be read.
[[nodiscard]] nlohmann::ordered_json relays_json(const std::vector<RelaysOfDatabase>& all);

}  // namespace relay::operate
