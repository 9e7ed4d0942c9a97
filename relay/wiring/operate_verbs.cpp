#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "relay/operate/agreement.hpp"
#include "relay/operate/listeners.hpp"
#include "relay/operate/publish.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/verbs.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {
namespace {

/// The one database that a command changes. @throws SettingsError when it is not clear which.
const settings::Database& the_database(const House& house) {
  const auto& databases = house.settings.databases;
  if (databases.size() == 1) return databases[0];
  std::string names;
  for (const auto& database : databases) names += (names.empty() ? "" : ", ") + database.name;
  throw settings::SettingsError{
      {"freshet: the settings have several databases; say which with --database (" + names + ")"}};
}

bool confirmed() {
  if (::isatty(STDIN_FILENO) != 1) return true;
  std::cout << "Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int list_listeners(const House& house) {
  pg::Connection connection{the_database(house).url, {.application_name = "freshet listeners"}};
  std::cout << operate::list_listeners(connection);
  return Exit::fine;
}

int retire_listener(const House& house, const Command& command) {
  pg::Connection connection{the_database(house).url, {.application_name = "freshet listeners"}};
  std::cout << operate::before_retiring(connection, command.listener);
  if (!command.yes && !confirmed()) {
    std::cout << "Nothing was changed.\n";
    return Exit::other;
  }
  std::cout << operate::retire_listener(connection, command.listener);
  return Exit::fine;
}

int publish(const House& house, const Command& command) {
  pg::Connection connection{the_database(house).url, {.application_name = "freshet publish"}};
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

int show_settings(const House& house, const Command& command) {
  pg::Connection connection{the_database(house).url, {.application_name = "freshet settings"}};
  const operate::Agreement own = agreed_settings(house.settings.relay);
  if (command.adopt) std::cout << operate::adopt(connection, own);
  std::cout << operate::compare(operate::read_agreement(connection), own);
  return Exit::fine;
}

}  // namespace relay::wiring
