#include "relay/operate/locks/try_to_lock.hpp"

#include <stdexcept>

#include "projections/failure.hpp"
#include "relay/base/pause.hpp"

namespace relay::operate {

std::optional<pqxx::result> try_to_lock(pg::Connection& connection, std::string_view statement,
                                        const std::vector<std::string>& values) {
  try {
    return pg::Script{connection}.begin(pg::of_a_command).add(statement, values).run();
  } catch (...) {
    const auto kind = projections::current_failure().kind;
    connection.rollback();
    if (kind != projections::FailureKind::conflict) throw;
    return std::nullopt;
  }
}

void wait_for_lanes(int attempt, int tries) {
  if (attempt >= tries) {
    throw std::runtime_error{"the relays of this database did not let go of their lanes within " +
                             std::to_string(2 * tries) + " seconds; try again, or stop them first"};
  }
  pause_for(backoff(attempt, std::chrono::milliseconds{50}, std::chrono::milliseconds{500}), {});
}

}  // namespace relay::operate
