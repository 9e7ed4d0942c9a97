#include "relay/operate/listeners/pause_listener.hpp"

#include "relay/base/in_quotes.hpp"
#include "relay/operate/listeners/change_listeners.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/operator_log.hpp"
#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;

RegisteredListener there(pg::Connection& connection, const std::string& name) {
  RegisteredListener listener = require_listener(connection, name);
  if (listener.state == "retired") {
    throw UsageError{"listener " + in_quotes(name) +
                     " is retired: nothing waits for it, and a relay that has it in its settings "
                     "registers it anew"};
  }
  return listener;
}

}  // namespace

PauseResult pause_listener(pg::Connection& connection, const std::string& name,
                           const std::string& reason) {
  const RegisteredListener before = there(connection, name);
  if (before.paused_by == "operator" && (reason.empty() || reason == before.reason)) {
    return {PauseResult::Kind::nothing_to_do, name, before.since, before.reason};
  }
  PauseResult result{.listener = name};
  change_listeners(connection, {.listeners = {name}}, [&] {
    const bool changed = connection.exec(sql::pause_listener, name, reason).affected_rows() > 0;
    result.kind = changed ? PauseResult::Kind::done : PauseResult::Kind::overtaken;
    if (changed) write_log(connection, {"pause", name, reason});
  });
  return result;
}

PauseResult resume_listener(pg::Connection& connection, const std::string& name,
                            const std::string& reason) {
  if (there(connection, name).state == "active") {
    return {PauseResult::Kind::nothing_to_do, name};
  }
  PauseResult result{.listener = name};
  change_listeners(connection, {.listeners = {name}}, [&] {
    const bool changed = connection.exec(sql::resume_listener, name).affected_rows() > 0;
    result.kind = changed ? PauseResult::Kind::done : PauseResult::Kind::overtaken;
    if (changed) write_log(connection, {"resume", name, reason});
  });
  return result;
}

}  // namespace relay::operate
