#include "relay/operate/locks/under_lane.hpp"

#include <optional>
#include <stdexcept>

#include "projections/failpoint.hpp"
#include "projections/failure.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/locks/try_to_lock.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

/// @return nothing: busy, or another drainer's since the lock was asked for; nothing is open then.
std::optional<HeldLane> hold(pg::Connection& connection, int lane, const std::string& listener) {
  const bool unlocked = projections::sabotaged("operator_lock");
  const auto locked =
      unlocked ? try_to_lock(connection, sql::operator_held_listener, {listener})
               : try_to_lock(connection, sql::operator_lock_lane, {std::to_string(lane), listener});
  if (!locked) return std::nullopt;
  if (locked->empty()) {
    connection.rollback();
    throw std::runtime_error{"event_lane has no row for lane " + std::to_string(lane) + " of " +
                             in_quotes(listener) +
                             "; start a relay that runs it, which writes them, or run \"freshet "
                             "migrate\""};
  }
  const auto now = connection.exec(sql::operator_held_listener, listener);
  if (std::string{now[0][0].c_str()} != (*locked)[0][0].c_str()) {
    connection.rollback();
    return std::nullopt;
  }
  return HeldLane{lane, listener, now[0][1].c_str()};
}

bool was_conflict(pg::Connection& connection) {
  const auto kind = projections::current_failure().kind;
  connection.rollback();
  return kind == projections::FailureKind::conflict;
}

}  // namespace

void under_lane(pg::Connection& connection, int lane, const std::string& listener,
                const std::function<void(const HeldLane&)>& change, int tries) {
  for (int attempt = 1;; ++attempt) {
    if (const auto held = hold(connection, lane, listener)) {
      try {
        change(*held);
        connection.exec("COMMIT");
        return;
      } catch (...) {
        if (!was_conflict(connection)) throw;
      }
    }
    wait_for_lanes(attempt, tries);
  }
}

}  // namespace relay::operate
