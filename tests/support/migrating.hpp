#pragma once

#include <string>

#include "relay/operate/migrate/migrate.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// Brings a test's database to the current schema, or throws what migrate throws.
inline relay::operate::MigrateReport migrate(const TestDatabase& db,
                                             const relay::operate::MigrateOptions& options = {}) {
  relay::pg::Connection direct{db.url(), {.wanted = relay::pg::Wanted::any}};
  return relay::operate::migrate(
      direct, [](auto, auto, auto, auto) {}, options);
}

/// The sentence that migrate refuses with; "" when it does not.
inline std::string refusal(const TestDatabase& db,
                           const relay::operate::MigrateOptions& options = {}) {
  try {
    migrate(db, options);
    return "";
  } catch (const relay::operate::MigrateError& error) {
    return error.what();
  }
}

/// What an application has that never heard of Freshet: the six columns and nothing else.
inline constexpr const char* six_columns =
    "CREATE TABLE event_publication (id uuid PRIMARY KEY, event_type varchar(512) NOT NULL, "
    "serialized_event text NOT NULL, publication_date timestamptz NOT NULL DEFAULT now(), "
    "completion_date timestamptz, listener_id varchar(512));"
    "ALTER TABLE event_publication ALTER COLUMN id SET DEFAULT gen_random_uuid()";

}  // namespace tests
