#include "relay/store/outbox/outbox_scout_session.hpp"

#include <limits>

#include "projections/array_literal.hpp"
#include "relay/store/outbox/listener_registry.hpp"
#include "relay/store/outbox/suspects.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

namespace sql = schema::statements;

// Takes `values`, then lanes, floors and tops, side by side.
pqxx::result read_lanes(pg::Script script, const std::vector<lanes::LaneTicket>& lanes,
                        std::chrono::milliseconds patience, std::string_view statement,
                        std::vector<std::string> values = {}) {
  std::vector<int> numbers;
  std::vector<std::int64_t> floors;
  std::vector<std::int64_t> tops;
  bool any_top = false;
  for (const lanes::LaneTicket& ticket : lanes) {
    numbers.push_back(ticket.lane);
    floors.push_back(ticket.floor);
    tops.push_back(ticket.top);
    any_top = any_top || ticket.top != std::numeric_limits<std::int64_t>::max();
  }
  values.push_back(pg::number_array(numbers));
  values.push_back(pg::number_array(floors));
  values.push_back(any_top ? pg::number_array(tops) : "{}");
  return script
      .add("SELECT set_config('statement_timeout', $1, true)", {std::to_string(patience.count())})
      .add(statement, values)
      .run();
}

std::map<std::string, lanes::KeptFloors> kept_in(const pqxx::result& rows) {
  std::map<std::string, lanes::KeptFloors> all;
  for (const auto& row : rows) {
    if (row[7].is_null()) continue;
    lanes::KeptFloors& kept = all[row[4].c_str()];
    kept.server = row[5].c_str();
    kept.last = row[6].as<std::int64_t>();
    kept.floors.push_back(row[7].as<std::int64_t>());
  }
  return all;
}

}  // namespace

void OutboxScoutSession::mark_run() {
  connection_.exec(sql::mark_server_run);
}

std::string OutboxScoutSession::pulse_name() {
  return connection_.exec(sql::pulse_name)[0][0].c_str();
}

void OutboxScoutSession::sign_of_life() {
  connection_.exec(sql::sign_of_life, options_.instance);
}

Start OutboxScoutSession::start(int lanes) {
  const pqxx::result rows =
      pg::Script{connection_}.limit(pg::beside_batches).add(sql::kept_floors).run();
  const std::string server = rows[0][1].c_str();
  Start start{.standing = {.server_run = rows[0][0].c_str(),
                           .last_seq = rows[0][2].as<std::int64_t>(),
                           .last_place = rows[0][3].as<std::int64_t>()}};
  for (const auto& [listener, kept] : kept_in(rows)) {
    const std::int64_t last =
        listener.empty() ? start.standing.last_seq : start.standing.last_place;
    start.floors[listener] = lanes::floors_that_hold(kept, server, last, lanes);
  }
  return start;
}

Standing OutboxScoutSession::start_without_floors() {
  return {.server_run = connection_.exec(sql::server_run)[0][0].c_str(),
          .last_seq = connection_.exec(sql::replay_last_seq)[0][0].as<std::int64_t>()};
}

// In one transaction, in the order of their names, as another relay does.
void OutboxScoutSession::keep_floors(const lanes::Floors& floors, const std::string& server_run) {
  pg::Script script{connection_};
  script.limit(pg::beside_batches);
  for (const auto& [listener, learned] : floors) {
    script.add(sql::keep_floors, {listener, pg::number_array(learned), server_run});
  }
  script.run();
}

Look OutboxScoutSession::look(const std::vector<lanes::LaneTicket>& where,
                              std::chrono::milliseconds patience) {
  const pqxx::result rows =
      read_lanes(pg::Script{connection_}, where, patience, sql::look_for_events);
  Look look;
  for (std::size_t at = 0; at < where.size(); ++at) {  // rows come in the lanes' order
    const auto row = rows[static_cast<pqxx::result::size_type>(at)];
    lanes::LaneProbe probe{row[0].as<int>(), std::nullopt, where[at].floor, where[at].top};
    if (!row[1].is_null()) probe.lowest = row[1].as<std::int64_t>();
    look.lanes.push_back(probe);
  }
  look.standing = {.server_run = rows[0][4].c_str(),
                   .last_seq = rows[0][2].as<std::int64_t>(),
                   .last_place = rows[0][3].as<std::int64_t>()};
  return look;
}

std::vector<std::optional<std::int64_t>> OutboxScoutSession::look_at_deliveries(
    const DeliveryLanes& where, std::chrono::milliseconds patience) {
  std::vector<std::optional<std::int64_t>> lowest(where.lanes.size());
  for (const auto& row :
       read_lanes(pg::Script{connection_}.add(sql::plan_by_index), where.lanes, patience,
                  sql::probe_deliveries, {projections::array_literal(where.listeners)})) {
    lowest.at(row[0].as<std::size_t>() - 1) = row[1].as<std::int64_t>();
  }
  return lowest;
}

std::vector<RetryLane> OutboxScoutSession::retries(const std::vector<std::string>& listeners) {
  std::vector<RetryLane> lanes;
  for (const auto& row : pg::Script{connection_}
                             .add(sql::plan_by_index)
                             .add("SELECT set_config('statement_timeout', '10000', true)")
                             .add(sql::probe_retries, {projections::array_literal(listeners)})
                             .run()) {
    lanes.push_back({row[0].c_str(), row[1].as<int>(), row[2].as<bool>()});
  }
  return lanes;
}

std::set<std::string> OutboxScoutSession::open_writers() {
  std::set<std::string> writers;
  for (const auto& row : connection_.exec(sql::open_writers)) writers.insert(row[0].c_str());
  return writers;
}

listeners::Registered OutboxScoutSession::registered() {
  return read_registered(connection_, options_.instance);
}

void OutboxScoutSession::register_listeners(
    const std::vector<listeners::Declaration>& declarations,
    const std::map<std::string, std::string>& agreed_settings) {
  outbox::register_listeners(connection_, declarations, agreed_settings);
}

void OutboxScoutSession::resume_listener(const std::string& name) {
  outbox::resume_listener(connection_, name);
}

bool OutboxScoutSession::rehearse(const std::function<bool(projections::Tx&)>& attempt) {
  try {
    pg::Script{connection_}.begin(pg::beside_batches).run();
    const bool result = attempt(connection_.tx());
    connection_.exec("ROLLBACK");
    return result;
  } catch (...) {
    connection_.rollback();  // or what comes next would commit it
    throw;
  }
}

void OutboxScoutSession::store_suspects(const std::vector<flow::FlightRemains>& remains) {
  outbox::store_suspects(connection_, remains);
}

}  // namespace relay::store::outbox
