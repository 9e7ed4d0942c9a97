#include "relay/pg/lane_change.hpp"

#include <algorithm>

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::pg {
namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Each statement has a limit of its own, and the server's end first.
milliseconds client_limit(milliseconds patience, int statements) {
  return patience * statements + 5s;
}

void hold(Script& script, const Concerned& whom) {
  const std::string all = whom.everybody ? "true" : "false";
  const std::vector<std::string> values{projections::array_literal(whom.listeners), all};
  script.add(sql::announce_to_drainers, values).add(sql::lock_drainer_lanes, values);
}

// Drainers first: a slow one may be at work for seconds, and until it has ended the first pass,
// which all listeners share, goes on. Once its lanes are held no other session can change a
// listener, and only then it shows who has a drainer: a registration that was waited for may have
// added one.
void hold_lanes(Connection& connection, const Concerned& whom, milliseconds patience) {
  Script drainers{connection};
  drainers.begin({patience, patience + 2s, 60s});
  hold(drainers, whom);
  drainers.run_within(client_limit(patience, 2));
  Script rest{connection};
  rest.add(sql::announce_to_first_pass).add(sql::lock_first_pass_lanes);
  hold(rest, whom);
  rest.run_within(client_limit(patience, 4));
}

// One that moves to the first pass may have a batch of its drainer under way; no relay sees the
// move before the commit.
void place_forwards(Connection& connection, milliseconds patience) {
  Concerned moved;
  for (const auto& row : connection.exec(sql::place_forwards)) {
    moved.listeners.emplace_back(row[0].c_str());
  }
  if (moved.listeners.empty()) return;
  Script script{connection};
  hold(script, moved);
  script.run_within(client_limit(patience, 2));
}

}  // namespace

milliseconds patience_of(const Connection& connection) {
  return std::max<milliseconds>(30s, connection.call_limit());
}

void under_lanes_of(Connection& connection, const Concerned& whom,
                    const std::function<void()>& change, milliseconds patience) {
  try {
    hold_lanes(connection, whom, patience);
    change();
    place_forwards(connection, patience);
    Script{connection}.add(sql::bump_listeners_version).add("COMMIT").run();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace relay::pg
