#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/base/lag_histogram.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// No backlog is counted beyond this; the same for each kind of delivery.
inline constexpr int count_limit = 10'001;

/// One row of `event_listener`.
struct RegisteredListener {
  std::vector<std::string> patterns;
  std::string kind;
  std::string state;
  std::string reason;
  std::string since;      ///< ISO 8601, UTC.
  std::string paused_by;  ///< "operator", "relay", "projection"; empty: not paused.
};

/// Seen within this time a relay is there: it is seen every ten seconds.
inline constexpr std::int64_t present_ms = 30'000;

/// One row of `projection_freshness`.
struct Measured {
  std::string instance;
  std::int64_t seen_ms_ago = 0;
  std::optional<std::int64_t> applied_ms_ago;
  std::string last_applied;  ///< ISO 8601, UTC; empty: never.
  std::int64_t applied_total = 0;
  LagCounts lag;
  std::string trouble;
};

/// Sessions that a relay has, and work of its that waits for one.
struct Sessions {
  int in_use = 0;          ///< Here, …
  int limit = 0;           ///< … of so many. 0, as is the other limit: it does not say.
  int process_in_use = 0;  ///< Of its process, for all databases, …
  int process_limit = 0;   ///< … of so many.
  int waiting = 0;         ///< Tasks, for longer than `acquire_timeout_ms`.
};

/// One row of `relay_instance`.
struct SeenRelay {
  std::string instance;
  std::int64_t seen_ms_ago = 0;  ///< Since when one that looks seldom would look often.
  bool asleep = false;
  Sessions sessions;
  LagCounts acquire;
  LagCounts run;
  std::int64_t heard_ms_ago = 0;
  std::int64_t next_sign_s = 0;  ///< From then on it was to be heard of again.
};

/// Pending events of one type and addressee among those that were looked at.
struct PendingGroup {
  std::string event_type;
  std::optional<std::string> listener_id;
  std::int64_t number = 0;
  std::optional<std::int64_t> oldest_ms;
};

/// What keeps vacuum from removing dead rows.
struct Pin {
  std::string kind;  ///< "session", "prepared transaction" or "replication slot".
  std::optional<int> pid;
  std::string user;
  std::string application;
  std::optional<std::int64_t> age_s;  ///< Absent: a slot, or hidden from this role.
  std::int64_t transactions = 0;      ///< How many have begun since.
  std::string what;                   ///< State of the session, or the name of the others.
};

/// What one listener is owed that is not ready, as far as a bounded look tells.
struct HeldBack {
  std::optional<std::int64_t> oldest_ms;  ///< Absent: of no known age.
  bool oldest_exact = false;              ///< False: some were not looked at or have no age.
  std::optional<std::int64_t> due_in_ms;  ///< The next retry; negative: it is past due.
  bool undated = false;                   ///< There are retries that are never due.
  std::string last_error;                 ///< Why a delivery is tried again; empty: none is.
  std::int64_t waiting = 0;  ///< Those that were looked at; the next two are among them.
  std::int64_t behind_dead = 0;
  std::int64_t behind_nothing = 0;  ///< Nothing before them is open: they should be ready.
};

/// What one database says, as it is; nothing judged yet. What is absent was not read, as a rule
/// because its time limit was over.
struct Snapshot {
  std::map<std::string, RegisteredListener> listeners;
  std::optional<std::map<std::string, std::vector<Measured>>> measured;
  /// By listener and state, `count_limit` at most of each.
  std::optional<std::map<std::string, std::map<std::string, std::int64_t>>> deliveries;
  std::map<std::string, std::int64_t> oldest_ready_ms;       ///< By listener; with `deliveries`.
  std::optional<std::map<std::string, HeldBack>> held_back;  ///< By listener.
  /// In the order of lanes, `count_limit` events at most.
  std::optional<std::vector<PendingGroup>> pending;
  std::vector<PendingGroup> heads;  ///< The first few events of every lane: the oldest are there.
  std::optional<std::vector<SeenRelay>> relays;  ///< Of many those seen last.
  std::vector<Pin> pins;  ///< The oldest first; sessions whose age is hidden come without one.
};

/// Reads everything that `freshet status` shows, in bounded time. Needs no running relay.
/// @param pinned_after a session that holds a snapshot for longer is one of the `pins`.
/// @throws pqxx::failure and kin.
[[nodiscard]] Snapshot read_snapshot(pg::Connection& connection,
                                     std::chrono::seconds pinned_after = std::chrono::minutes{5});

/// Only the listeners. @throws pqxx::failure and kin.
[[nodiscard]] std::map<std::string, RegisteredListener> read_listeners(pg::Connection& connection);

}  // namespace relay::operate
