#pragma once

#include "relay/operate/migrate/migrate.hpp"

namespace relay::operate {

/// Runs one migration as its mode says and notes it in the history.
/// @throws MigrateError naming the file, and who holds the lock when that is the reason; what
/// `progress` throws; pqxx::broken_connection.
void apply_migration(pg::Connection& direct, const schema::Migration& migration,
                     const MigrateProgress& progress, const MigrateOptions& options);

}  // namespace relay::operate
