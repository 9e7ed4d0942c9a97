#pragma once

#include <cstdint>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// One row of `operator_log`: what an operator did. The database user and the time come with it.
struct LogEntry {
  std::string command = {};   ///< "dead retry", "pause", …
  std::string listener = {};  ///< Empty: all.
  std::string reason = {};    ///< In the operator's words, or empty.
  std::string detail = {};    ///< Which ones: ids or filters, or empty.
};

/// Writes the row, in the transaction of what it tells. @return its id.
std::int64_t write_log(pg::Connection& connection, const LogEntry& entry, std::int64_t events = 0);

/// Adds to its number in a later transaction of the same command.
void count_log(pg::Connection& connection, std::int64_t id, std::int64_t events);

/// Who runs this process, by name, or "uid 1000" where that has none.
[[nodiscard]] std::string os_user();

}  // namespace relay::operate
