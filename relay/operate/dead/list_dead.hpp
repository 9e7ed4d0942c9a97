#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/operate/dead/dead_letters.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

struct DeadLetter {
  std::string event;  ///< Its id.
  std::string listener;
  std::string key;  ///< As stored.
  std::int64_t seq = 0;
  int attempts = 0;  ///< Counted failures.
  std::string error_class;
  std::string error;
  std::optional<std::string> first_failed_at;  ///< ISO 8601, UTC.
  std::optional<std::string> event_type;       ///< Nothing: the event is gone.
};

struct DeadList {
  std::vector<DeadLetter> letters;  ///< The oldest failure first.
  std::int64_t total = 0;           ///< Those beyond the limit too.
};

/// Dead letters. @param limit how many are read; the rest is counted.
/// @throws UsageError as `find_dead`.
[[nodiscard]] DeadList list_dead(pg::Connection& connection, const DeadFilter& filter, int limit);

}  // namespace relay::operate
