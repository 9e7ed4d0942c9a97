#include "relay/wiring/cli/one_database.hpp"

#include "relay/preflight/check_place.hpp"

namespace relay::wiring {

const settings::Database& the_database(const Blueprint& blueprint, const std::string& why) {
  const auto& databases = blueprint.settings.databases;
  if (databases.size() == 1) return databases[0];
  if (databases.empty()) {
    throw settings::SettingsError{{"freshet: there is no database: the catalogue holds none"}};
  }
  std::string names;
  for (const auto& database : databases) names += (names.empty() ? "" : ", ") + database.name;
  throw settings::SettingsError{
      {"freshet: " + why + "; say which with --database (" + names + ")"}};
}

OutboxConnection::OutboxConnection(const settings::Database& database,
                                   const pg::ConnectOptions& options)
    : Connection(database.url, options) {
  const std::string misplaced = preflight::place_fault(*this, database.schema);
  if (misplaced.empty()) return;
  throw pg::ConnectError{misplaced, {projections::FailureKind::configuration, "", misplaced}};
}

}  // namespace relay::wiring
