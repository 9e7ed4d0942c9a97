#include "relay/operate/dead/list_dead.hpp"

#include <algorithm>

#include "relay/operate/read_bounded.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

DeadList list_dead(pg::Connection& connection, const DeadFilter& filter, int limit) {
  const DeadLetters counted = find_dead(connection, filter);
  std::vector<std::string> values = values_of(filter);
  values.push_back(std::to_string(limit));
  DeadList list;
  for (const auto& row : read_bounded(connection, schema::statements::dead_list, values)) {
    list.letters.push_back({.event = row[0].c_str(),
                            .listener = row[1].c_str(),
                            .key = row[2].c_str(),
                            .seq = row[3].as<std::int64_t>(),
                            .attempts = row[4].as<int>(),
                            .error_class = row[5].c_str(),
                            .error = row[6].c_str(),
                            .first_failed_at = text_or_null(row, 7),
                            .event_type = text_or_null(row, 8)});
  }
  list.total = std::max(counted.number, static_cast<std::int64_t>(list.letters.size()));
  return list;
}

}  // namespace relay::operate
