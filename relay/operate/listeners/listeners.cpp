#include "relay/operate/listeners/listeners.hpp"

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/listeners/change_listeners.hpp"
#include "relay/operate/locks/settle.hpp"
#include "relay/operate/operator_log.hpp"
#include "relay/operate/read_bounded.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

void require(const std::map<std::string, RegisteredListener>& listeners, const std::string& name) {
  if (listeners.contains(name)) return;
  std::vector<std::string> known;
  for (const auto& [other, listener] : listeners) known.push_back(other);
  throw NoSuchListener{"no listener " + in_quotes(name) + " is registered in this database" +
                       projections::did_you_mean(name, known)};
}

std::int64_t open_deliveries(const std::map<std::string, std::int64_t>& by_state) {
  std::int64_t open = 0;
  for (const auto& [state, number] : by_state) open += number;
  return open;
}

/// Of a listener that is retired; ends early when a relay registers it anew meanwhile.
std::int64_t discard_open(pg::Connection& connection, const LogEntry& entry,
                          const Progress& progress, std::int64_t log_id) {
  std::vector<SweptLane> lanes;
  for (const auto& row : read_bounded(connection, sql::operator_open_lanes, {entry.listener})) {
    lanes.push_back({row[0].as<int>(), entry.listener, row[1].as<std::int64_t>()});
  }
  const auto discard = [&](const HeldLane& lane) {
    if (lane.state != "retired") return 0;
    return settle(connection, lane,
                  chosen_from(connection.exec(sql::operator_open_chosen, lane.lane, lane.listener,
                                              chunk_size)));
  };
  return sweep(connection, lanes, entry, discard, progress, log_id);
}

}  // namespace

BeforeRetiring before_retiring(pg::Connection& connection, const std::string& name) {
  const Snapshot snapshot = read_snapshot(connection);
  require(snapshot.listeners, name);
  BeforeRetiring before{.listener = name};
  if (snapshot.measured) {
    auto& runners = before.runners.emplace();
    const auto found = snapshot.measured->find(name);
    if (found != snapshot.measured->end()) {
      for (const Measured& one : found->second) {
        if (one.seen_ms_ago > present_ms) continue;
        runners.push_back({one.instance, one.seen_ms_ago / 1000});
      }
    }
  }
  if (snapshot.deliveries) {
    const auto found = snapshot.deliveries->find(name);
    before.open = found == snapshot.deliveries->end() ? 0 : open_deliveries(found->second);
  }
  return before;
}

RegisteredListener require_listener(pg::Connection& connection, const std::string& name) {
  const auto listeners = read_listeners(connection);
  require(listeners, name);
  return listeners.at(name);
}

Retired retire_listener(pg::Connection& connection, const std::string& name,
                        const Progress& progress) {
  (void)require_listener(connection, name);
  const LogEntry entry{.command = "listeners retire", .listener = name};
  std::int64_t log_id = 0;
  Retired retired{.listener = name};
  change_listeners(connection, {.listeners = {name}}, [&] {
    retired.now = connection.exec(sql::retire_listener, name).affected_rows() > 0;
    if (retired.now) log_id = write_log(connection, entry);
  });
  retired.discarded = discard_open(connection, entry, progress, log_id);
  return retired;
}

}  // namespace relay::operate
