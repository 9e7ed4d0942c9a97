#pragma once

#include <string>
#include <string_view>

namespace relay::operate {

/// How a migration wants to be run: the `-- freshet: …` lines of the comment at its head.
/// Without any it runs once, in one transaction with its row of the history.
struct MigrationMode {
  bool retry = false;   ///< "retry on lock timeout": each try gives up soon and pauses.
  bool repeat = false;  ///< "repeat until no row": a transaction each time; a row is (done, total).
  bool outside = false;  ///< "outside a transaction".
  std::string
      builds_index;  ///< "builds index NAME": dropped first when a failed try left it invalid.
};

/// @throws std::invalid_argument for an unknown directive: a typing error must not turn
/// a careful step into a careless one.
[[nodiscard]] MigrationMode migration_mode(std::string_view sql);

}  // namespace relay::operate
