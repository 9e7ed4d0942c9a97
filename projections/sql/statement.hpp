#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace projections::sql {

/// A user's statement, made ready to run over a batch. It is ready when it has no fault.
struct Statement {
  std::string text;                   ///< With the `events` table put in; `$1` is the ids, uuid[].
  std::vector<std::string> faults;    ///< Why it cannot run, one sentence each.
  std::vector<std::string> warnings;  ///< What may hurt, one sentence each.
};

/// Puts `events` in front of an INSERT, UPDATE, DELETE, MERGE, SELECT or VALUES, or into the WITH
/// [RECURSIVE] that it begins with (a data-modifying WITH may not be nested).
[[nodiscard]] Statement compile(std::string_view sql);

}  // namespace projections::sql
