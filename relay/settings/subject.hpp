#pragma once

#include <map>
#include <optional>
#include <string>

#include <toml++/toml.h>

#include "relay/settings/environment.hpp"
#include "relay/settings/faults.hpp"

namespace relay::settings {

/// "a whole number", "a table" and so on.
[[nodiscard]] const char* kind_of(const toml::node& node);

/// The setting that is being read, whatever its section: its faults go by its name and line, and
/// `${NAME}` in its strings is filled in where there is an environment.
class Subject {
 public:
  /// @param faults borrowed, as is `environment`, which may be null.
  Subject(Faults& faults, const Environment* environment)
      : faults_(faults), environment_(environment) {}

 protected:
  void fault(const std::string& sentence) { faults_.add(line_, subject_ + " " + sentence); }
  void wrong_type(const std::string& wanted, const toml::node& node);
  void unquoted_wanted(const std::string& wanted, const toml::node& node);

  /// Nothing: a fault was said.
  std::optional<std::string> filled(const toml::node& node);

  /// Adds what stands in the table to the options. TOML reads a bare `linger.ms = 5` as a table
  /// `linger`; both spellings are one name.
  void flatten(const toml::table& table, const std::string& prefix,
               std::map<std::string, std::string>& options);

  Faults& faults_;
  const Environment* environment_;
  std::string subject_;
  unsigned line_ = 0;

 private:
  std::optional<std::string> option(const std::string& name, const toml::node& node);
};

}  // namespace relay::settings
