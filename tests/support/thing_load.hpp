#pragma once

#include <string>

#include "tests/support/outbox_counts.hpp"
#include "tests/support/relay_config.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// Events of type Thing, a table that keeps every effect of theirs, and the counts that must agree.
class ThingLoad {
 public:
  /// Makes the table `effects`. @param db borrowed.
  explicit ThingLoad(const TestDatabase& db) : db_(db) {
    db.run(
        "CREATE TABLE effects (pos bigserial, event_id uuid, key text, seq bigint, "
        "at timestamptz DEFAULT clock_timestamp())");
  }

  void publish(int events, int keys, const std::string& listener = "NULL") const {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id, listener_id) SELECT 'Thing', jsonb_build_object('n', n)::text, 'thing', "
        "'k' || n % " +
        std::to_string(keys) + ", " + listener + " FROM generate_series(1, " +
        std::to_string(events) + ") n");
  }

  [[nodiscard]] long effects() const { return db_.number("SELECT count(*) FROM effects"); }
  [[nodiscard]] long different() const {
    return db_.number("SELECT count(DISTINCT event_id) FROM effects");
  }
  [[nodiscard]] long guards() const { return db_.number("SELECT count(*) FROM processed_events"); }
  [[nodiscard]] long completed() const {
    return db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NOT NULL");
  }
  [[nodiscard]] long pending() const { return pending_events(db_); }
  [[nodiscard]] long deliveries() const {
    return db_.number("SELECT count(*) FROM event_delivery");
  }
  [[nodiscard]] long relay_connections() const { return tests::relay_connections(db_); }

  /// Records every effect; `where` restricts or delays it.
  static std::string record(const std::string& where = "true") {
    return "INSERT INTO effects (event_id, key, seq) SELECT id, aggregate_id, seq FROM events "
           "WHERE " +
           where + " ORDER BY seq";
  }

 private:
  const TestDatabase& db_;
};

}  // namespace tests
