#include "relay/operate/locks/settle.hpp"

#include "projections/array_literal.hpp"
#include "relay/operate/listeners/agreement.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

constexpr int looked_at_per_key = 200;  // settling those promotes the next

std::string_view completing(pg::Connection& connection) {
  const Agreement agreement = read_agreement(connection);
  const auto mode = agreement.find("completion");
  if (mode == agreement.end() || mode->second == "update") return sql::complete_update;
  if (mode->second == "delete") return sql::complete_delete;
  if (mode->second == "archive") return sql::complete_archive;
  throw std::runtime_error{"freshet_setting says completion = \"" + mode->second +
                           "\", which this program does not know; use the one that wrote it"};
}

/// In a statement of its own: the snapshot must be younger than the locks on the event rows.
void complete_settled(pg::Connection& connection, const std::string& events) {
  std::vector<std::string> settled;
  for (const auto& row : connection.exec(sql::settled_events, events)) {
    settled.emplace_back(row[0].c_str());
  }
  if (settled.empty()) return;
  connection.exec(completing(connection), projections::array_literal(settled));
}

}  // namespace

Chosen chosen_from(const pqxx::result& rows) {
  Chosen chosen;
  for (const auto& row : rows) {
    chosen.events.emplace_back(row[0].c_str());
    chosen.keys.emplace_back(row[1].c_str());
  }
  return chosen;
}

int settle(pg::Connection& connection, const HeldLane& lane, const Chosen& chosen) {
  if (chosen.events.empty()) return 0;
  const std::string events = projections::array_literal(chosen.events);
  connection.exec(sql::settle_lock_events, events);
  const auto gone = connection.exec(sql::settle_deliveries, lane.listener, events).affected_rows();
  complete_settled(connection, events);
  return static_cast<int>(gone);
}

void promote(pg::Connection& connection, const HeldLane& lane, const Chosen& chosen) {
  if (chosen.events.empty()) return;
  const std::vector<int> lanes(chosen.keys.size(), lane.lane);
  connection.exec(sql::promote_waiting, lane.listener, pg::number_array(lanes),
                  projections::array_literal(chosen.keys), looked_at_per_key);
}

}  // namespace relay::operate
