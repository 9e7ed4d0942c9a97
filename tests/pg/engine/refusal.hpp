#pragma once

#include <string>

#include "tests/support/test_database.hpp"

namespace tests {

/// How many events the first pass has still to see.
inline constexpr const char* pending =
    "SELECT count(*) FROM event_publication WHERE completion_date IS NULL AND NOT parked";

/// So many events, a key each.
inline void publish_over_lanes(const TestDatabase& db, int events,
                               const std::string& prefix = "k") {
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "SELECT 'Thing', '{}', 'thing', '" +
      prefix + "' || n FROM generate_series(1, " + std::to_string(events) + ") n");
}

/// A trigger of the application that does `how` to each UPDATE of such an event.
inline void refuse(const TestDatabase& db, const std::string& when, const std::string& how) {
  db.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + when +
         " THEN " + how +
         "; END IF; RETURN NEW; END $$;"
         "CREATE TRIGGER refuse BEFORE UPDATE ON event_publication FOR EACH ROW "
         "EXECUTE FUNCTION refuse()");
}

}  // namespace tests
