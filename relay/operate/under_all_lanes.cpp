#include "relay/operate/under_all_lanes.hpp"

#include "relay/operate/try_to_lock.hpp"
#include "schema/statements.hpp"

namespace relay::operate {

void under_all_lanes(pg::Connection& connection, const std::function<void()>& change, int tries) {
  namespace sql = schema::statements;
  for (int attempt = 1; !try_to_lock(connection, sql::lock_all_lanes); ++attempt) {
    wait_for_lanes(attempt, tries);
  }
  try {
    change();
    pg::Script{connection}.add(sql::bump_listeners_version).add("COMMIT").run();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace relay::operate
