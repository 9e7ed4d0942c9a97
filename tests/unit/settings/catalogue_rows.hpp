#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/settings/catalogue.hpp"
#include "tests/unit/settings/settings_file.hpp"

namespace tests {

using relay::settings::CatalogueRow;
using relay::settings::Environment;
using relay::settings::SettingsError;

inline const std::string a_catalogue =
    "[databases]\nurl = \"dbname=c\"\nquery = \"SELECT name, url FROM t\"\n";

inline Environment where(const std::map<std::string, std::string>& variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
}

inline CatalogueRow row_of(const std::string& name, CatalogueRow more = {}) {
  more["name"] = name;
  more.try_emplace("url", "dbname=" + name);
  return more;
}

inline std::vector<std::string> faults_of_row(const CatalogueRow& row, const std::string& file = {},
                                              const Environment& environment = where({})) {
  try {
    (void)relay::settings::database_of(row, 7, load_settings(file + a_catalogue), environment);
  } catch (const SettingsError& error) {
    return error.faults;
  }
  return {};
}

}  // namespace tests
