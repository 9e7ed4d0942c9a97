#pragma once

#include <optional>
#include <string>
#include <vector>

namespace relay::operate {

/// Which dead letters an operator means: those that fit everything that is given.
struct DeadFilter {
  std::vector<std::string> events = {};      ///< Ids; empty: any.
  std::string projection = {};               ///< Listener's name; empty: any.
  std::string key = {};                      ///< aggregate_id, or the id of a keyless event.
  std::optional<std::string> key_type = {};  ///< aggregate_type, only beside `key`.
  std::string type = {};                     ///< Event type; `*` stands for any run.
  std::string error_class = {};              ///< As in event_delivery; empty: any.

  [[nodiscard]] bool empty() const;
};

/// @throws UsageError for an event that is no UUID and for a key type without a key.
void check(const DeadFilter& filter);

/// The six values that `dead_lanes.sql` and its kin begin with.
[[nodiscard]] std::vector<std::string> values_of(const DeadFilter& filter);

/// `--projection board --key INC-1`: for the operator's log. Empty: everything.
[[nodiscard]] std::string in_words(const DeadFilter& filter);

}  // namespace relay::operate
