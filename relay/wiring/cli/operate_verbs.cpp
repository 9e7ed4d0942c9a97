#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "relay/operate/listeners/agreement.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/operate/publish/publish.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {

int list_listeners(const Blueprint& blueprint) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet listeners"}};
  std::cout << operate::in_text(operate::read_listeners(connection));
  return Exit::fine;
}

int retire_listener(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet listeners"}};
  std::cout << operate::in_text(operate::before_retiring(connection, command.listener))
            << std::flush;
  if (!confirmed(command.yes)) return Exit::other;
  operate::Retired done;
  {
    const ProgressBar bar;
    done = operate::retire_listener(connection, command.listener,
                                    [&](auto now, auto total) { bar.show(now, total); });
  }
  std::cout << operate::in_text(done);
  return Exit::fine;
}

int pause_listener(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet pause"}};
  (void)operate::require_listener(connection, command.listener);
  if (!confirmed(command.yes)) return Exit::other;
  std::cout << operate::paused_in_text(
      operate::pause_listener(connection, command.listener, command.reason));
  return Exit::fine;
}

int resume_listener(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet resume"}};
  (void)operate::require_listener(connection, command.listener);
  if (!confirmed(command.yes)) return Exit::other;
  std::cout << operate::resumed_in_text(
      operate::resume_listener(connection, command.listener, command.reason));
  return Exit::fine;
}

int blocked_keys(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), {.application_name = "freshet keys"}};
  std::cout << operate::in_text(
      operate::find_blocked_keys(connection, command.dead.projection, command.limit));
  return Exit::fine;
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
  const settings::Database& database = the_database(blueprint);
  OutboxConnection connection{database, {.application_name = "freshet settings"}};
  const operate::Agreement own = agreed_settings(database);
  if (command.adopt) std::cout << operate::adopted_in_text(operate::adopt(connection, own));
  std::cout << operate::compared(operate::read_agreement(connection), own);
  return Exit::fine;
}

}  // namespace relay::wiring
