#pragma once

#include <map>
#include <string>

#include "relay/operate/status/status.hpp"

namespace relay::operate {

/// Events applied per second since the last look, by "database/projection"; absent: not known yet.
using Rates = std::map<std::string, double>;

/// One JSON object: `projections`, `unclaimed`, `vacuum_pinned_by`, `vacuum_pins_hidden`, `upkeep`,
/// and `databases`, each of which has its `relays`.
[[nodiscard]] std::string to_json(const Status& status);

/// A table for people, one line per projection, ended by a line break, and what is remarkable.
/// `color` adds the badge's color. The database's column is left out where there is only one, the
/// rate's without rates.
[[nodiscard]] std::string to_table(const Status& status, bool color, const Rates* rates = nullptr);

/// Per projection, by the difference of two looks that are `seconds` apart.
[[nodiscard]] Rates rates_between(const Status& before, const Status& now, double seconds);

}  // namespace relay::operate
