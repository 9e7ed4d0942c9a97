#pragma once

#include <string>

#include "tests/support/test_database.hpp"

namespace tests {

/// Events that are complete, or not, made by SQL as relays would leave them.
class HistoryRows {
 public:
  /// @param db borrowed.
  explicit HistoryRows(const TestDatabase& db) : db_(db) {}

  /// `number` completed events with the payloads PREFIX1 … as JSON strings, of the keys thing/k0 …
  /// thing/k9, in their order.
  void complete(int number, const std::string& type = "Thing",
                const std::string& prefix = "") const {
    add(number, type, prefix, "clock_timestamp()");
  }
  /// The same, pending.
  void pending(int number, const std::string& type = "Thing",
               const std::string& prefix = "") const {
    add(number, type, prefix, "NULL");
  }
  /// Moves completed events to the archive. @param where of event_publication.
  void archive(const std::string& where = "true") const {
    db_.run("WITH gone AS (DELETE FROM event_publication WHERE completion_date IS NOT NULL AND " +
            where +
            " RETURNING *) INSERT INTO event_publication_archive (id, event_type, "
            "serialized_event, publication_date, completion_date, listener_id, seq, "
            "aggregate_type, aggregate_id, headers) SELECT id, event_type, serialized_event, "
            "publication_date, completion_date, listener_id, seq, aggregate_type, aggregate_id, "
            "headers FROM gone");
  }

 private:
  void add(int number, const std::string& type, const std::string& prefix,
           const std::string& completed) const {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id, completion_date) SELECT '" +
        type + "', to_json('" + prefix + "' || n)::text, 'thing', 'k' || n % 10, " + completed +
        " FROM generate_series(1, " + std::to_string(number) + ") n ORDER BY n");
  }

  const TestDatabase& db_;
};

}  // namespace tests
