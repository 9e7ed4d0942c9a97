#include "relay/operate/pause_listener.hpp"

#include "relay/base/in_quotes.hpp"
#include "relay/operate/change_listeners.hpp"
#include "relay/operate/listeners.hpp"
#include "relay/operate/operator_log.hpp"
#include "relay/operate/printable.hpp"
#include "relay/operate/snapshot.hpp"
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

std::string pause_listener(pg::Connection& connection, const std::string& name,
                           const std::string& reason) {
  const RegisteredListener before = there(connection, name);
  if (before.paused_by == "operator" && (reason.empty() || reason == before.reason)) {
    return "Projection " + in_quotes(name) + " is paused already, since " + before.since +
           (before.reason.empty() ? "" : ": " + printable(before.reason)) + ".\n";
  }
  bool changed = false;
  change_listeners(connection, {.listeners = {name}}, [&] {
    changed = connection.exec(sql::pause_listener, name, reason).affected_rows() > 0;
    if (changed) write_log(connection, {"pause", name, reason});
  });
  if (!changed)
    return "Projection " + in_quotes(name) + " was changed by somebody else meanwhile.\n";
  return "Projection " + in_quotes(name) +
         " is paused until \"freshet resume\": its events are kept as deliveries, others go on.\n";
}

std::string resume_listener(pg::Connection& connection, const std::string& name,
                            const std::string& reason) {
  if (there(connection, name).state == "active") {
    return "Projection " + in_quotes(name) + " is not paused.\n";
  }
  bool changed = false;
  change_listeners(connection, {.listeners = {name}}, [&] {
    changed = connection.exec(sql::resume_listener, name).affected_rows() > 0;
    if (changed) write_log(connection, {"resume", name, reason});
  });
  if (!changed)
    return "Projection " + in_quotes(name) + " was changed by somebody else meanwhile.\n";
  return "Projection " + in_quotes(name) +
         " goes on; what was kept for it is worked off in order.\n";
}

}  // namespace relay::operate
