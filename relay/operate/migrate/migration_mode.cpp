#include "relay/operate/migrate/migration_mode.hpp"

#include <algorithm>
#include <stdexcept>

namespace relay::operate {

MigrationMode migration_mode(std::string_view sql) {
  constexpr std::string_view mark = "-- freshet: ";
  constexpr std::string_view builds = "builds index ";
  MigrationMode mode;
  while (sql.starts_with("--")) {
    const std::string_view line = sql.substr(0, sql.find('\n'));
    sql.remove_prefix(std::min(sql.size(), line.size() + 1));
    if (!line.starts_with(mark)) continue;
    const std::string_view wish = line.substr(mark.size());
    if (wish == "retry on lock timeout") {
      mode.retry = true;
    } else if (wish == "repeat until no row") {
      mode.repeat = true;
    } else if (wish == "outside a transaction") {
      mode.outside = true;
    } else if (wish.starts_with(builds) && wish.size() > builds.size()) {
      mode.builds_index = wish.substr(builds.size());
    } else {
      throw std::invalid_argument("unknown directive \"" + std::string{line} + "\"");
    }
  }
  return mode;
}

}  // namespace relay::operate
