#pragma once

#include <string>

#include "tests/support/test_database.hpp"

namespace tests {

/// Events, and deliveries of theirs that are dead or wait, made by SQL as a relay would leave them.
class DeadRows {
 public:
  /// @param db borrowed.
  explicit DeadRows(const TestDatabase& db) : db_(db) {}

  void register_listener(const std::string& name, const std::string& on_dead = "block",
                         bool detached = false) const {
    db_.run("INSERT INTO event_listener (name, patterns, on_dead, detached) VALUES ('" + name +
            "', '{*}', '" + on_dead + "', " + (detached ? "true" : "false") + ")");
    if (detached) {
      db_.run("INSERT INTO event_lane SELECT lane, '" + name +
              "' FROM event_lane WHERE drainer = ''");
    }
  }

  /// `per_key` events for each of the keys thing/PREFIX1 … thing/PREFIXn, parked.
  void publish(int keys, int per_key, const std::string& prefix = "k",
               const std::string& type = "Thing") const {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id, headers, parked) SELECT '" +
        type + "', jsonb_build_object('n', n)::text, 'thing', '" + prefix +
        "' || k, '{\"trace\": 1}', true FROM generate_series(1, " + std::to_string(per_key) +
        ") n, generate_series(1, " + std::to_string(keys) + ") k ORDER BY n, k");
  }

  /// For a listener: of every key whose id begins with the prefix the first event is dead, the
  /// others wait.
  void die(const std::string& listener, const std::string& prefix = "k",
           const std::string& others = "waiting") const {
    db_.run(
        "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts, "
        "error_class, last_error, first_failed_at) SELECT id, '" +
        listener +
        "', freshet_lane(aggregate_type, aggregate_id, id), seq, aggregate_type || chr(31) || "
        "aggregate_id, state, CASE state WHEN 'dead' THEN 6 ELSE 0 END, CASE state WHEN 'dead' "
        "THEN 'event' END, CASE state WHEN 'dead' THEN 'boom' END, CASE state WHEN 'dead' THEN "
        "clock_timestamp() END FROM (SELECT *, CASE row_number() OVER (PARTITION BY aggregate_id "
        "ORDER BY seq) WHEN 1 THEN 'dead' ELSE '" +
        others + "' END AS state FROM event_publication WHERE aggregate_id LIKE '" + prefix +
        "%' ORDER BY seq) e");
    db_.run(
        "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) SELECT "
        "event_id, listener, 6, 'event', 'boom' FROM event_delivery WHERE state = 'dead' AND "
        "listener = '" +
        listener + "' ON CONFLICT DO NOTHING");
  }

  [[nodiscard]] long count(const std::string& state) const {
    return db_.number("SELECT count(*) FROM event_delivery WHERE state = '" + state + "'");
  }
  [[nodiscard]] long complete() const {
    return db_.number(
        "SELECT count(*) FROM event_publication WHERE completion_date IS NOT NULL AND NOT parked");
  }
  /// The id of the nth event of a key, from 1.
  [[nodiscard]] std::string event(const std::string& key, int n = 1) const {
    return db_.value("SELECT id FROM event_publication WHERE aggregate_id = '" + key +
                     "' ORDER BY seq OFFSET " + std::to_string(n - 1) + " LIMIT 1");
  }

 private:
  const TestDatabase& db_;
};

}  // namespace tests
