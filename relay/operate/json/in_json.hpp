#pragma once

#include <string>
#include <vector>

#include "relay/operate/dead/list_dead.hpp"

namespace relay::operate {

/// One object, indented: `dead` (a list) and `total`. Bytes that are not UTF-8 are replaced. Pure.
[[nodiscard]] std::string in_json(const DeadList& dead);

/// Of one of several databases.
struct DeadOfDatabase {
  std::string database;
  DeadList dead;
};

/// The same object for all of them, database after database; each dead letter says of which.
[[nodiscard]] std::string in_json(const std::vector<DeadOfDatabase>& all);

}  // namespace relay::operate
