#include "relay/wiring/cli/one_database.hpp"

#include "relay/base/some_of.hpp"
#include "relay/preflight/check_place.hpp"

namespace relay::wiring {

const settings::Database& the_database(const Blueprint& blueprint, const std::string& why) {
  const auto& databases = blueprint.settings.databases;
  const CatalogueNews& catalogue = blueprint.catalogue;
  const bool all_known = blueprint.only || (catalogue.unread.empty() && catalogue.refused.empty());
  if (databases.size() == 1 && all_known) return databases[0];
  if (databases.empty()) {
    throw settings::SettingsError{{"freshet: there is no database: the catalogue holds none"}};
  }
  std::vector<std::string> names;
  for (const settings::Database& database : databases) names.push_back(database.name);
  throw settings::SettingsError{
      {"freshet: " + why + "; say which with --database (" + some_of(names) + ")"}};
}

OutboxConnection::OutboxConnection(const settings::Database& database,
                                   const pg::ConnectOptions& options)
    : Connection(database.url, options) {
  const std::string misplaced = preflight::place_fault(*this, database.schema);
  if (misplaced.empty()) return;
  throw pg::ConnectError{misplaced, {projections::FailureKind::configuration, "", misplaced}};
}

}  // namespace relay::wiring
