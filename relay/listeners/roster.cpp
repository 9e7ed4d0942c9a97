#include "relay/listeners/roster.hpp"

#include <sstream>

#include "projections/array_literal.hpp"
#include "schema/statements.hpp"

namespace relay::listeners {
namespace {

namespace sql = schema::statements;

std::vector<std::string> split(const std::string& joined) {
  std::vector<std::string> parts;
  std::istringstream stream{joined};
  for (std::string part; std::getline(stream, part, '\x1f');) parts.push_back(part);
  return parts;
}

bool all_there(const Registered& registered, const std::vector<OwnListener>& own,
               const std::map<std::string, std::string>& own_settings) {
  for (const OwnListener& listener : own) {
    const auto found = registered.listeners.find(listener.name);
    if (found == registered.listeners.end() || found->second.state == "retired") return false;
  }
  for (const auto& setting : own_settings) {
    if (!registered.settings.contains(setting.first)) return false;
  }
  return true;
}

void write(pg::Connection& connection, const std::vector<OwnListener>& own,
           const std::map<std::string, std::string>& own_settings) {
  pg::Script{connection}
      .add(sql::begin)
      .add(sql::limits, {"2000", "60000", "60000"})
      .add(sql::lock_all_lanes)
      .run();
  for (const OwnListener& listener : own) {
    const auto changed =
        connection.exec(sql::register_listener, listener.name,
                        projections::array_literal(listener.patterns), std::string{"projection"});
    if (changed.affected_rows() > 0) connection.exec(sql::unpark_for_listener, listener.name);
  }
  for (const auto& [name, value] : own_settings) connection.exec(sql::agree_setting, name, value);
  pg::Script{connection}.add(sql::bump_listeners_version).add("COMMIT").run();
}

}  // namespace

Registered read_registered(pg::Connection& connection) {
  Registered registered;
  for (const auto& row : connection.exec(sql::listeners)) {
    const std::string name = row[1].c_str();
    if (std::string{row[0].c_str()} == "listener") {
      registered.listeners[name] = {split(row[2].c_str()), row[3].c_str()};
    } else {
      registered.settings[name] = row[2].c_str();
    }
  }
  return registered;
}

void register_listeners(pg::Connection& connection, const std::vector<OwnListener>& own,
                        const std::map<std::string, std::string>& own_settings) {
  if (all_there(read_registered(connection), own, own_settings)) return;
  try {
    write(connection, own, own_settings);
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace relay::listeners
