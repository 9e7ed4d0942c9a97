#include "relay/store/outbox/suspects.hpp"

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {

namespace sql = schema::statements;

void store_suspects(pg::Connection& connection, const std::vector<flow::FlightRemains>& remains) {
  if (remains.empty()) return;
  try {
    pg::Script{connection}.begin(pg::long_beside_batches).add(sql::plan_by_index).run();
    connection.exec(sql::forget_suspects);
    for (const flow::FlightRemains& slot : remains) {
      const bool crashed = slot.end == flow::FlightRemains::End::crashed;
      connection.exec(sql::store_suspects, projections::array_literal(slot.event_ids),
                      slot.listener, slot.alone && crashed ? 1 : 0, slot.alone && !crashed ? 1 : 0,
                      slot.alone || crashed);
    }
    pg::Script{connection}.add(sql::bump_listeners_version).add("COMMIT").run();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

void clear_suspects(pg::Connection& connection, const std::string& listener,
                    const std::vector<std::string>& event_ids) {
  if (event_ids.empty()) return;
  connection.exec(sql::clear_suspects, listener, projections::array_literal(event_ids));
}

}  // namespace relay::store::outbox
