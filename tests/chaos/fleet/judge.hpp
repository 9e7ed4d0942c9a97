#pragma once

#include <string>
#include <vector>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/fleet/evidence.hpp"
#include "tests/chaos/fleet/trouble.hpp"

namespace chaos::fleet {

// The checks. Each is pure: it looks at evidence, and at no process and no database.

/// What writers were told is what the databases hold that are there at the end.
Verdict check_told(const std::vector<Seen>& seen, const TheTold& told);
/// Each event of a database that is there at the end has one effect, and no effect is without one.
Verdict check_one_effect_each(const std::vector<Seen>& seen);
/// Effects of a key are in the order of its events.
Verdict check_key_order(const std::vector<Seen>& seen);
/// No event of a database that is served has waited for longer than it may, whatever became of
/// others. @param longest set to the longest time that is not excused, milliseconds.
Verdict check_starved(const std::vector<Seen>& seen, const std::vector<Trouble>& troubles,
                      int relays, long& longest);
/// No relay has had more sessions at once than it is allowed. @param grace after the begin of what
/// is seen it may have ended so long before it was seen last. @param most set to the most at once.
Verdict check_budget(const std::string& check, const std::vector<Stay>& stays,
                     const std::vector<Life>& lives, long grace, long& most);
/// Nothing of a relay is left in a database that is not served any more.
Verdict check_left(const std::vector<Stay>& sessions, const std::vector<Trouble>& troubles);

}  // namespace chaos::fleet
