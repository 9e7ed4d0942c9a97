#pragma once

#include <string>
#include <vector>

#include "relay/settings/settings.hpp"

namespace relay::settings {

/// A string with its `${NAME}` filled in, and what kept it from being complete.
struct Filled {
  std::string text;
  std::vector<std::string> faults = {};  ///< "needs ${DB_PASSWORD}, which is not set". No values.
};

/// Fills in `${NAME}`; `$${` stands for a plain `${`. What is filled in is not looked at again.
[[nodiscard]] Filled fill_in(const std::string& text, const Environment& environment);

/// A name as names of environment variables have it: "main-db" is "MAIN_DB".
[[nodiscard]] std::string in_capitals(const std::string& name);

/// What the names of a database's variables begin with: "FRESHET_DATABASE_MAIN_DB_".
[[nodiscard]] std::string variables_of(const std::string& database);

}  // namespace relay::settings
