#pragma once

#include <string>

#include "tests/support/relay_config.hpp"

namespace tests {

/// Where nobody listens.
inline const std::string nobodys_url = "postgresql://somebody@127.0.0.1:1/somewhere";

/// Adds a [[database]] behind those that the settings have. @param extra more lines for it.
inline void add_database(RelayConfig& config, const std::string& name, const std::string& url,
                         const std::string& extra = {}) {
  config.database_extra +=
      "\n[[database]]\nname = \"" + name + "\"\nurl = \"" + url + "\"\n" + extra;
}

}  // namespace tests
