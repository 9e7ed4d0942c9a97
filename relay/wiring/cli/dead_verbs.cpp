#include <iostream>

#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/json/in_json.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/verbs.hpp"

namespace relay::wiring {
namespace {

const pg::ConnectOptions options{.application_name = "freshet dead"};

/// The dead letters that are meant. Named events of which none is dead are a fault of the command.
operate::DeadLetters find(pg::Connection& connection, const operate::DeadFilter& filter) {
  operate::DeadLetters letters = operate::find_dead(connection, filter);
  if (letters.number == 0 && !filter.events.empty()) {
    throw operate::UsageError{
        "no dead letter is of the events that were named; \"freshet dead show EVENT\" tells what "
        "became of one"};
  }
  return letters;
}

}  // namespace

int list_dead(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), options};
  const operate::DeadList dead = operate::list_dead(connection, command.dead, command.limit);
  std::cout << (command.json ? operate::in_json(dead) : operate::in_text(dead));
  return Exit::fine;
}

int show_dead(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), options};
  const std::string& projection = command.dead.projection;
  std::cout << operate::in_text(
      operate::event_history(connection, command.dead.events.at(0), projection), projection);
  return Exit::fine;
}

int retry_dead(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), options};
  const operate::DeadLetters letters = find(connection, command.dead);
  if (letters.number == 0) {
    std::cout << "There is no such dead letter; nothing was changed.\n";
    return Exit::fine;
  }
  std::cout << operate::before_retrying(letters) << std::flush;
  if (!confirmed(command.yes)) return Exit::other;
  operate::Retried done;
  {
    const ProgressBar bar;
    done = operate::retry_dead(connection, letters,
                               [&](auto now, auto total) { bar.show(now, total); });
  }
  std::cout << operate::in_text(done);
  return Exit::fine;
}

int discard_dead(const Blueprint& blueprint, const Command& command) {
  OutboxConnection connection{the_database(blueprint), options};
  const operate::DeadLetters letters = find(connection, command.dead);
  if (letters.number == 0) {
    std::cout << "There is no such dead letter; nothing was changed.\n";
    return Exit::fine;
  }
  std::cout << "To discard for good: " << operate::in_words(letters) << std::flush;
  if (!confirmed(command.yes)) return Exit::other;
  operate::Discarded done;
  {
    const ProgressBar bar;
    done = operate::discard_dead(connection, letters, command.reason,
                                 [&](auto now, auto total) { bar.show(now, total); });
  }
  std::cout << operate::in_text(done);
  return Exit::fine;
}

}  // namespace relay::wiring
