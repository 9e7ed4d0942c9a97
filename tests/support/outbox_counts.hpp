#pragma once

#include "tests/support/test_database.hpp"

namespace tests {

[[nodiscard]] inline long pending_events(const TestDatabase& db) {
  return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL");
}

/// Sessions of relays in this database, those too whose process has gone and whose last statement
/// still runs.
[[nodiscard]] inline long relay_connections(const TestDatabase& db) {
  return db.number(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
      "AND application_name LIKE 'freshet%'");
}

}  // namespace tests
