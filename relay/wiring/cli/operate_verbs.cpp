#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "relay/operate/listeners/agreement.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/operate/publish/publish.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {

int list_listeners(const Blueprint& blueprint) {
  const auto read = [](pg::Connection& connection, const auto&) -> Told {
    return {operate::in_text(operate::read_listeners(connection))};
  };
  return read_each(blueprint, "freshet listeners", read);
}

int retire_listener(const Blueprint& blueprint, const Command& command) {
  const auto look = [&](pg::Connection& looked_by, const auto&) -> Change {
    return {
        operate::in_text(operate::before_retiring(looked_by, command.listener)),
        [&](pg::Connection& connection, const operate::Progress& progress) {
          return operate::in_text(operate::retire_listener(connection, command.listener, progress));
        }};
  };
  return change_each(blueprint, "freshet listeners", command.yes, look);
}

int pause_listener(const Blueprint& blueprint, const Command& command) {
  const auto look = [&](pg::Connection& looked_by, const auto&) -> Change {
    (void)operate::require_listener(looked_by, command.listener);
    return {"", [&](pg::Connection& connection, const operate::Progress&) {
              return operate::paused_in_text(
                  operate::pause_listener(connection, command.listener, command.reason));
            }};
  };
  return change_each(blueprint, "freshet pause", command.yes, look);
}

int resume_listener(const Blueprint& blueprint, const Command& command) {
  const auto look = [&](pg::Connection& looked_by, const auto&) -> Change {
    (void)operate::require_listener(looked_by, command.listener);
    return {"", [&](pg::Connection& connection, const operate::Progress&) {
              return operate::resumed_in_text(
                  operate::resume_listener(connection, command.listener, command.reason));
            }};
  };
  return change_each(blueprint, "freshet resume", command.yes, look);
}

int blocked_keys(const Blueprint& blueprint, const Command& command) {
  const auto read = [&](pg::Connection& connection, const auto&) -> Told {
    const operate::BlockedKeys blocked =
        operate::find_blocked_keys(connection, command.dead.projection, command.limit);
    return {.text = operate::in_text(blocked), .nothing = blocked.keys.empty()};
  };
  return read_each(blueprint, "freshet keys", read);
}

int publish(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet publish"}};
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto progress = [&](std::int64_t events) {
    if (terminal) std::fprintf(stderr, "\r%lld events ", static_cast<long long>(events));
  };
  std::ios::sync_with_stdio(false);
  const std::int64_t events = operate::publish(std::cin, connection, command.batch, progress);
  if (terminal) std::fputs("\r\033[K", stderr);
  std::cout << events << " events published\n";
  return Exit::fine;
}

int show_settings(const Blueprint& blueprint, const Command& command) {
  const auto compared = [](pg::Connection& connection, const settings::Database& database) {
    return operate::compared(operate::read_agreement(connection), agreed_settings(database));
  };
  if (!command.adopt) {
    const auto read = [&](auto&... where) -> Told { return {compared(where...)}; };
    return read_each(blueprint, "freshet settings", read);
  }
  const bool several = blueprint.settings.databases.size() > 1;
  const auto look = [&](pg::Connection& looked_by, const settings::Database& database) -> Change {
    return {several ? compared(looked_by, database) : "",
            [&](pg::Connection& connection, const operate::Progress&) {
              const operate::Agreement changed =
                  operate::adopt(connection, agreed_settings(database));
              return operate::adopted_in_text(changed) + compared(connection, database);
            }};
  };
  // Of one database it has never asked.
  return change_each(blueprint, "freshet settings", command.yes || !several, look);
}

}  // namespace relay::wiring
