#pragma once

#include "tests/support/test_database.hpp"

namespace tests {

/// A table that keeps what a projection saw, in the order of its commits.
inline void create_effects(const TestDatabase& db) {
  db.run("CREATE TABLE effects (pos bigserial, event_id uuid, key text, seq bigint)");
}

/// That projection.
inline constexpr const char* record_effects =
    "INSERT INTO effects (event_id, key, seq) "
    "SELECT id, aggregate_id, seq FROM events ORDER BY seq";

}  // namespace tests
