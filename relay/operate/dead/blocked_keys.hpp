#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// A key whose deliveries wait, and what they wait behind.
struct BlockedKey {
  std::string listener;
  std::string key;  ///< As stored.
  std::int64_t waiting = 0;
  std::optional<std::string> behind;  ///< An event's id; nothing: it was not found.
  std::string state;                  ///< Of that one's delivery; may be empty, as what follows.
  std::string error_class;
  std::string error;
  std::optional<std::string> since;  ///< ISO 8601, UTC; nothing: it has not failed.
};

struct BlockedKeys {
  std::vector<BlockedKey> keys;  ///< The oldest failure first.
  std::int64_t total = 0;        ///< Those beyond the limit too.
};

/// Keys whose deliveries wait. @param projection only this one's; empty: all.
/// @param limit how many keys are read; the rest is counted.
/// @throws UsageError when the projection is unknown.
[[nodiscard]] BlockedKeys find_blocked_keys(pg::Connection& connection,
                                            const std::string& projection, int limit);

}  // namespace relay::operate
