#pragma once

#include <set>
#include <string>

namespace tests {

/// One line per column ("event_lane.lane | smallint | no | ") and per index ("event_lane: name |
/// on").
using Dictionary = std::set<std::string>;

/// Reads the tables under the "### name" headings of schema/README.md.
[[nodiscard]] Dictionary read_dictionary(const std::string& markdown);

}  // namespace tests
