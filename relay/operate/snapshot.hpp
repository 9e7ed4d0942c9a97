#pragma once

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
  std::string since;  ///< ISO 8601, UTC.
};

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

/// Pending events of one type and addressee among those that were looked at.
struct PendingGroup {
  std::string event_type;
  std::optional<std::string> listener_id;
  std::int64_t number = 0;
  std::optional<std::int64_t> oldest_ms;
};

/// What one database says, as it is; nothing judged yet.
struct Snapshot {
  std::map<std::string, RegisteredListener> listeners;
  std::map<std::string, std::vector<Measured>> measured;
  std::map<std::string, std::map<std::string, std::int64_t>> deliveries;  ///< listener, state
  /// In the order of lanes, `count_limit` events at most; absent: not read within its time limit.
  std::optional<std::vector<PendingGroup>> pending;
  std::vector<PendingGroup> heads;  ///< The first few events of every lane: the oldest are there.
};

/// Reads everything that `freshet status` shows, in bounded time. Needs no running relay.
/// @throws pqxx::failure and kin.
[[nodiscard]] Snapshot read_snapshot(pg::Connection& connection);

/// Only the listeners. @throws pqxx::failure and kin.
[[nodiscard]] std::map<std::string, RegisteredListener> read_listeners(pg::Connection& connection);

}  // namespace relay::operate
