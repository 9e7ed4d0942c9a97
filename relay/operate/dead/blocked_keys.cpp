#include "relay/operate/dead/blocked_keys.hpp"

#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/read_bounded.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

BlockedKeys find_blocked_keys(pg::Connection& connection, const std::string& projection,
                              int limit) {
  if (!projection.empty()) require_listener(connection, projection);
  BlockedKeys found;
  for (const auto& row : read_bounded(connection, schema::statements::blocked_keys,
                                      {projection, std::to_string(limit)}, true)) {
    found.total = row[8].as<std::int64_t>();
    found.keys.push_back({.listener = row[0].c_str(),
                          .key = row[1].c_str(),
                          .waiting = row[2].as<std::int64_t>(),
                          .behind = text_or_null(row, 3),
                          .state = row[4].c_str(),
                          .error_class = row[5].c_str(),
                          .error = row[6].c_str(),
                          .since = text_or_null(row, 7)});
  }
  return found;
}

}  // namespace relay::operate
