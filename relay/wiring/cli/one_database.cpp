#include "relay/wiring/cli/one_database.hpp"

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

}  // namespace relay::wiring
