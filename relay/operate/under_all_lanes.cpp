#include "relay/operate/under_all_lanes.hpp"

#include <stdexcept>

#include "projections/failure.hpp"
#include "relay/base/pause.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

/// @return false: some lane was busy for too long.
bool lock(pg::Connection& connection) {
  try {
    pg::Script{connection}
        .add(sql::begin)
        .add(sql::limits, {"2000", "30000", "30000"})
        .add(sql::lock_all_lanes)
        .run();
    return true;
  } catch (...) {
    const auto kind = projections::current_failure().kind;
    connection.rollback();
    if (kind != projections::FailureKind::conflict) throw;
    return false;
  }
}

}  // namespace

void under_all_lanes(pg::Connection& connection, const std::function<void()>& change, int tries) {
  int attempt = 1;
  while (!lock(connection)) {
    if (attempt == tries) {
      throw std::runtime_error{"the relays of this database did not let go of their lanes within " +
                               std::to_string(2 * tries) +
                               " seconds; try again, or stop them first"};
    }
    pause_for(backoff(attempt++, std::chrono::milliseconds{50}, std::chrono::milliseconds{500}),
              {});
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
