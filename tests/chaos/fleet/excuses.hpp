#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/chaos/fleet/trouble.hpp"

namespace chaos::fleet {

/// From … until, in order, none touching the next.
using Windows = std::vector<std::pair<long, long>>;

/// When a database need not be served in time: nothing counts but what is about itself, its server,
/// or the relays as a whole. Pure. @param relays how many serve it: it is excused by their ends
/// only while none of them runs.
[[nodiscard]] Windows excuses_of(const std::string& database, int server,
                                 const std::vector<Trouble>& troubles, int relays);

/// How much of a time is in none of the windows, milliseconds. Pure.
[[nodiscard]] long outside(const Windows& windows, long from, long until);

/// When what the catalogue says at a moment has been read by every relay, at the latest. Pure.
[[nodiscard]] long read_by(long moment, const std::vector<Trouble>& troubles);

/// Until when a relay may have a session in the database that this trouble took from the catalogue.
/// Pure.
[[nodiscard]] long left_by(const Trouble& unserved, const std::vector<Trouble>& troubles);

}  // namespace chaos::fleet
