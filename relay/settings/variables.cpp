#include "relay/settings/variables.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/settings/catalogue.hpp"
#include "relay/settings/environment.hpp"

namespace relay::settings {
namespace {

constexpr std::string_view of_freshet = "FRESHET_";
constexpr std::string_view of_database = "FRESHET_DATABASE_";

std::vector<std::string> known_settings() {
  std::vector<std::string> known;
  for (const std::string& column : columns_of_database()) {
    if (column != "name") known.push_back(in_capitals(column));
  }
  return known;
}

/// Of those whose name a variable may begin with the longest, or null.
const std::string* named_in(std::string_view variable, const std::vector<std::string>& databases) {
  const std::string* found = nullptr;
  for (const std::string& name : databases) {
    if (!variable.starts_with(variables_of(name))) continue;
    if (found == nullptr || name.size() > found->size()) found = &name;
  }
  return found;
}

bool names_a_setting(const std::string& variable, const std::vector<std::string>& databases,
                     const std::vector<std::string>& known) {
  return std::ranges::any_of(databases, [&](const std::string& name) {
    const std::string prefix = variables_of(name);
    return variable.starts_with(prefix) &&
           std::ranges::find(known, variable.substr(prefix.size())) != known.end();
  });
}

std::string fault_of(const std::string& variable, const std::vector<std::string>& databases,
                     const std::vector<std::string>& known) {
  const std::string what = "the environment variable " + variable;
  if (!variable.starts_with(of_database)) {
    return what + " says nothing: only settings of databases can be said so, as " +
           std::string{of_database} + "<NAME>_<SETTING>";
  }
  const std::string* database = named_in(variable, databases);
  if (database == nullptr) return what + " names no database that is served";
  const std::string prefix = variables_of(*database);
  std::vector<std::string> whole;
  for (const std::string& setting : known) whole.push_back(prefix + setting);
  return what + " names no setting of " + in_quotes(*database) +
         projections::did_you_mean(variable, whole);
}

}  // namespace

std::vector<std::string> own_variables() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (text.starts_with(of_freshet)) names.emplace_back(text.substr(0, text.find('=')));
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> variable_faults(const std::vector<std::string>& variables,
                                         const std::vector<std::string>& databases) {
  static const std::vector<std::string> known = known_settings();
  std::vector<std::string> faults;
  for (const std::string& variable : variables) {
    const bool meant = variable.starts_with(of_database) ||
                       variable.starts_with("FRESHET_DATABASES_") ||
                       variable.starts_with("FRESHET_RELAY_");
    if (meant && !names_a_setting(variable, databases, known)) {
      faults.push_back(fault_of(variable, databases, known));
    }
  }
  return faults;
}

}  // namespace relay::settings
