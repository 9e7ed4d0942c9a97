#include "relay/operate/listeners.hpp"

#include <numeric>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/change_listeners.hpp"
#include "relay/operate/operator_log.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/settle.hpp"
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

std::int64_t open_deliveries(const Snapshot& snapshot, const std::string& name) {
  const auto found = snapshot.deliveries->find(name);
  if (found == snapshot.deliveries->end()) return 0;
  return std::accumulate(found->second.begin(), found->second.end(), std::int64_t{0},
                         [](std::int64_t sum, const auto& state) { return sum + state.second; });
}

std::string owed(const Snapshot& snapshot, const std::string& name) {
  if (!snapshot.deliveries) {
    return "How many deliveries are open could not be read in time; they are discarded, and their "
           "events completed where nobody else is owed them.\n";
  }
  const std::int64_t open = open_deliveries(snapshot, name);
  if (open == 0) return "It has no open deliveries.\n";
  return "Open deliveries: " + std::to_string(open) + (open >= count_limit ? " or more" : "") +
         "; they are discarded, and their events completed where nobody else is owed them.\n";
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

std::string before_retiring(pg::Connection& connection, const std::string& name) {
  const Snapshot snapshot = read_snapshot(connection);
  require(snapshot.listeners, name);
  std::string text;
  if (!snapshot.measured) {
    text += "Whether a relay runs it now could not be read in time: stop it first if one does.\n";
  } else if (const auto found = snapshot.measured->find(name); found != snapshot.measured->end()) {
    for (const Measured& one : found->second) {
      if (one.seen_ms_ago > present_ms) continue;
      text += "Relay " + in_quotes(one.instance) + " was running it " +
              std::to_string(one.seen_ms_ago / 1000) +
              " s ago and stops claiming once it is retired: stop it first.\n";
    }
  }
  return text + "No event will wait for " + in_quotes(name) + " any more. " + owed(snapshot, name);
}

RegisteredListener require_listener(pg::Connection& connection, const std::string& name) {
  const auto listeners = read_listeners(connection);
  require(listeners, name);
  return listeners.at(name);
}

std::string retire_listener(pg::Connection& connection, const std::string& name,
                            const Progress& progress) {
  (void)require_listener(connection, name);
  const LogEntry entry{.command = "listeners retire", .listener = name};
  std::int64_t log_id = 0;
  bool changed = false;
  change_listeners(connection, {.listeners = {name}}, [&] {
    changed = connection.exec(sql::retire_listener, name).affected_rows() > 0;
    if (changed) log_id = write_log(connection, entry);
  });
  const std::int64_t discarded = discard_open(connection, entry, progress, log_id);
  std::string text =
      "Listener " + in_quotes(name) + (changed ? " is retired." : " is retired already.");
  if (discarded > 0) text += " Open deliveries discarded: " + std::to_string(discarded) + ".";
  if (changed) {
    text +=
        " Its read model is left as it is. A relay that has it in its settings registers it anew "
        "when it starts; it then misses what was completed meanwhile.";
  }
  return text + "\n";
}

}  // namespace relay::operate
