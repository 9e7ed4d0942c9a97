#include "relay/store/outbox/listener_registry.hpp"

#include <sstream>

#include "projections/array_literal.hpp"
#include "relay/pg/lane_change.hpp"
#include "schema/statements.hpp"

namespace relay::store::outbox {
namespace {

namespace sql = schema::statements;

std::vector<std::string> split(const std::string& joined) {
  std::vector<std::string> parts;
  std::istringstream stream{joined};
  for (std::string part; std::getline(stream, part, '\x1f');) parts.push_back(part);
  return parts;
}

}  // namespace

listeners::Registered read_registered(pg::Connection& connection, const std::string& instance) {
  listeners::Registered registered;
  for (const auto& row : connection.exec(sql::listeners, instance)) {
    const std::string what = row[0].c_str();
    const std::string name = row[1].c_str();
    const std::string value = row[2].c_str();
    if (what == "setting") {
      registered.settings[name] = value;
    } else if (what == "suspect") {
      registered.suspects[{name, value}] = {.crashes = row[3].as<int>(), .kills = row[4].as<int>()};
    } else {
      listeners::Registered::Entry entry{
          .declaration = {.name = name,
                          .kind = row[3].c_str(),
                          .patterns = split(value),
                          .skip_dead = std::string{row[4].c_str()} == "skip",
                          .detached = row[5].as<bool>()},
          .state = row[6].c_str(),
          .paused_by = row[7].c_str(),
          .others_seen_ms = row[8].as<std::int64_t>()};
      registered.listeners.emplace(name, std::move(entry));
    }
  }
  return registered;
}

void register_listeners(pg::Connection& connection,
                        const std::vector<listeners::Declaration>& declarations,
                        const std::map<std::string, std::string>& own_settings) {
  pg::Concerned whom;
  for (const listeners::Declaration& own : declarations) whom.listeners.push_back(own.name);
  const auto change = [&] {
    for (const listeners::Declaration& own : declarations) {
      connection.exec(sql::register_listener, own.name, projections::array_literal(own.patterns),
                      own.kind, std::string{own.skip_dead ? "skip" : "block"}, own.detached);
      if (own.detached || own.kind == listeners::forward)
        connection.exec(sql::add_drainer, own.name);
      if (own.skip_dead) connection.exec(sql::release_behind_dead, own.name);
    }
    for (const auto& [name, value] : own_settings) connection.exec(sql::agree_setting, name, value);
  };
  pg::under_lanes_of(connection, whom, change, pg::patience_of(connection));
}

void pause_listener(pg::Connection& connection, const std::string& name, const std::string& reason,
                    const std::string& by) {
  pg::under_lanes_of(
      connection, {.listeners = {name}},
      [&] { connection.exec(sql::pause_listener_for_cause, name, reason, by); },
      pg::patience_of(connection));
}

void resume_listener(pg::Connection& connection, const std::string& name) {
  pg::under_lanes_of(
      connection, {.listeners = {name}},
      [&] { connection.exec(sql::resume_mended_listener, name); }, pg::patience_of(connection));
}

}  // namespace relay::store::outbox
