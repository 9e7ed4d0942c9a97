#include "relay/operate/status/snapshot.hpp"

#include <sstream>

#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

constexpr int heads_per_lane = 16;
constexpr int held_looked_at = 1'000;  // of each listener and state
constexpr int relays_most = 100;       // those that are gone stay for a while

std::vector<std::string> split(const std::string& joined, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{joined};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

template <class Number>
std::optional<Number> maybe(const pqxx::row& row, int column) {
  if (row[column].is_null()) return std::nullopt;
  return row[column].as<Number>();
}

/// A histogram of two columns, its buckets and their counts.
LagCounts lag_counts(const pqxx::row& row, int column) {
  LagCounts made;
  const auto buckets = split(row[column].c_str(), ',');
  const auto counts = split(row[column + 1].c_str(), ',');
  for (std::size_t i = 0; i < std::min(buckets.size(), counts.size()); ++i) {
    made[std::stoi(buckets[i])] += std::stoll(counts[i]);
  }
  return made;
}

Measured measured(const pqxx::row& row) {
  Measured made;
  made.instance = row[1].c_str();
  made.seen_ms_ago = row[2].as<std::int64_t>();
  made.applied_ms_ago = maybe<std::int64_t>(row, 3);
  made.last_applied = row[4].is_null() ? "" : row[4].c_str();
  made.applied_total = row[5].as<std::int64_t>();
  made.lag = lag_counts(row, 6);
  made.trouble = row[8].c_str();
  return made;
}

/// A read in a transaction of its own, with limits.
pqxx::result bounded(pg::Connection& connection, std::string_view statement,
                     const std::vector<std::string>& values, bool by_index) {
  pg::Script script{connection};
  script.limit(pg::of_a_look);
  if (by_index) script.add(sql::plan_by_index);
  return script.add(statement, values).run();
}

std::vector<PendingGroup> read_pending(pg::Connection& connection, int per_lane, int in_all) {
  std::vector<PendingGroup> groups;
  for (const auto& row : bounded(connection, sql::status_pending,
                                 {std::to_string(per_lane), std::to_string(in_all)}, true)) {
    PendingGroup group;
    group.event_type = row[0].c_str();
    if (!row[1].is_null()) group.listener_id = row[1].c_str();
    group.number = row[2].as<std::int64_t>();
    group.oldest_ms = maybe<std::int64_t>(row, 3);
    groups.push_back(std::move(group));
  }
  return groups;
}

HeldBack held_back(const pqxx::row& row) {
  HeldBack made;
  made.oldest_ms = maybe<std::int64_t>(row, 3);
  made.oldest_exact = row[1].as<int>() < held_looked_at && row[2].as<int>() == 0;
  made.due_in_ms = maybe<std::int64_t>(row, 4);
  made.undated = row[5].as<bool>();
  made.last_error = row[6].c_str();
  made.waiting = row[7].as<std::int64_t>();
  made.behind_dead = row[8].as<std::int64_t>();
  made.behind_nothing = row[9].as<std::int64_t>();
  return made;
}

void read_measured(pg::Connection& connection, Snapshot& snapshot) {
  std::map<std::string, std::vector<Measured>> all;
  for (const auto& row : bounded(connection, sql::status_freshness, {}, false)) {
    all[row[0].c_str()].push_back(measured(row));
  }
  snapshot.measured = std::move(all);
}

void read_relays(pg::Connection& connection, Snapshot& snapshot) {
  std::vector<SeenRelay> all;
  for (const auto& row :
       bounded(connection, sql::status_relays, {std::to_string(relays_most)}, false)) {
    all.push_back({.instance = row[0].c_str(),
                   .seen_ms_ago = row[1].as<std::int64_t>(),
                   .asleep = row[2].as<bool>(),
                   .sessions = {row[3].as<int>(), row[4].as<int>(), row[5].as<int>(),
                                row[6].as<int>(), row[7].as<int>()},
                   .acquire = lag_counts(row, 8),
                   .run = lag_counts(row, 10),
                   .heard_ms_ago = row[12].as<std::int64_t>(),
                   .next_sign_s = row[13].as<std::int64_t>()});
  }
  snapshot.relays = std::move(all);
}

void read_deliveries(pg::Connection& connection, Snapshot& snapshot) {
  std::map<std::string, std::map<std::string, std::int64_t>> all;
  for (const auto& row :
       bounded(connection, sql::status_deliveries, {std::to_string(count_limit)}, true)) {
    all[row[0].c_str()][row[1].c_str()] = row[2].as<std::int64_t>();
    if (const auto oldest = maybe<std::int64_t>(row, 3)) {
      snapshot.oldest_ready_ms[row[0].c_str()] = *oldest;
    }
  }
  snapshot.deliveries = std::move(all);
}

void read_held_back(pg::Connection& connection, Snapshot& snapshot) {
  std::map<std::string, HeldBack> all;
  for (const auto& row :
       bounded(connection, sql::status_held, {std::to_string(held_looked_at)}, true)) {
    all[row[0].c_str()] = held_back(row);
  }
  snapshot.held_back = std::move(all);
}

/// Runs a read; when its time is over, what it would have filled stays absent and is shown as
/// unknown: the status must not fail just when the database is busy.
template <class Read>
void in_time(Read read) {
  try {
    read();
  } catch (const pqxx::sql_error&) {
    const projections::Failure why = projections::current_failure();
    if (why.kind != projections::FailureKind::timeout && why.sqlstate != "55P03") throw;
  }
}

std::vector<Pin> read_pins(pg::Connection& connection, std::chrono::seconds pinned_after) {
  std::vector<Pin> pins;
  for (const auto& row :
       bounded(connection, sql::status_pins, {std::to_string(pinned_after.count())}, false)) {
    pins.push_back({row[0].c_str(), maybe<int>(row, 1), row[2].c_str(), row[3].c_str(),
                    maybe<std::int64_t>(row, 4), row[5].as<std::int64_t>(), row[6].c_str()});
  }
  return pins;
}

}  // namespace

std::map<std::string, RegisteredListener> read_listeners(pg::Connection& connection) {
  std::map<std::string, RegisteredListener> listeners;
  for (const auto& row : bounded(connection, sql::status_listeners, {}, false)) {
    listeners[row[0].c_str()] = {split(row[1].c_str(), '\x1f'),
                                 row[2].c_str(),
                                 row[3].c_str(),
                                 row[4].c_str(),
                                 row[5].c_str(),
                                 row[6].c_str()};
  }
  return listeners;
}

Snapshot read_snapshot(pg::Connection& connection, std::chrono::seconds pinned_after) {
  Snapshot snapshot;
  snapshot.listeners = read_listeners(connection);
  in_time([&] { read_measured(connection, snapshot); });
  in_time([&] { read_relays(connection, snapshot); });
  // Events go from pending to deliveries, never back: read in this order, none slips through.
  in_time([&] {
    snapshot.heads = read_pending(connection, heads_per_lane, 64 * heads_per_lane);
    snapshot.pending = read_pending(connection, count_limit, count_limit);
  });
  in_time([&] { read_deliveries(connection, snapshot); });
  in_time([&] { read_held_back(connection, snapshot); });
  snapshot.pins = read_pins(connection, pinned_after);
  return snapshot;
}

}  // namespace relay::operate
