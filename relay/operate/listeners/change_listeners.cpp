#include "relay/operate/listeners/change_listeners.hpp"

#include <stdexcept>

#include "projections/failure.hpp"
#include "relay/base/pause.hpp"

namespace relay::operate {
namespace {

using namespace std::chrono_literals;

constexpr int tries = 5;  // a deadlock with a relay of the version before, which locks all lanes
constexpr const char* lock_not_available = "55P03";

[[noreturn]] void give_up(std::chrono::milliseconds patience) {
  throw std::runtime_error{
      "a batch of a relay did not end within " +
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(patience).count()) +
      " s; try again, or stop the relays first"};
}

}  // namespace

void change_listeners(pg::Connection& connection, const pg::Concerned& whom,
                      const std::function<void()>& change, std::chrono::milliseconds patience) {
  for (int attempt = 1;; ++attempt) {
    try {
      return pg::under_lanes_of(connection, whom, change, patience);
    } catch (...) {
      const projections::Failure why = projections::current_failure();
      if (why.kind != projections::FailureKind::conflict) throw;
      if (why.sqlstate == lock_not_available || attempt == tries) give_up(patience);
    }
    pause_for(backoff(attempt, 50ms, 500ms), {});
  }
}

void change_listeners(pg::Connection& connection, const pg::Concerned& whom,
                      const std::function<void()>& change) {
  change_listeners(connection, whom, change, pg::patience_of(connection));
}

}  // namespace relay::operate
