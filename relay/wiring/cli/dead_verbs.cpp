#include <iostream>

#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/json/in_json.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/twins.hpp"
#include "relay/wiring/cli/verbs.hpp"

namespace relay::wiring {
namespace {

constexpr const char* as_dead = "freshet dead";

/// The dead letters that are meant. Named events of which none is dead are a fault of the command.
operate::DeadLetters find(pg::Connection& connection, const operate::DeadFilter& filter) {
  operate::DeadLetters letters = operate::find_dead(connection, filter);
  if (letters.number == 0 && !filter.events.empty()) {
    throw operate::NotHere{
        "no dead letter is of the events that were named; \"freshet dead show EVENT\" tells what "
        "became of one"};
  }
  return letters;
}

Change none_to_change() {
  return {.before = "There is no such dead letter; nothing was changed.\n"};
}

/// One object for all of them; those that could not be read are told on standard error.
int list_in_json(const Blueprint& blueprint, const Command& command) {
  const auto& databases = blueprint.settings.databases;
  std::vector<operate::DeadOfDatabase> found(databases.size());
  Twins twins{blueprint};
  const auto work = [&](std::size_t i) -> Told {
    OutboxConnection connection{databases[i], {.application_name = as_dead}};
    twins.look(i, connection);
    found[i] = {databases[i].name, operate::list_dead(connection, command.dead, command.limit)};
    return {};
  };
  const auto once = [&](std::size_t i, Told&) {
    if (twins.same_as(i).empty()) return;
    std::cerr << "freshet: " << databases[i].name << ": " << twins.same_as(i) << "\n";
    found[i] = {};
  };
  const auto outcomes = each_database(blueprint, work, {.in_turn = once});
  std::erase_if(found, [](const auto& one) { return one.database.empty(); });
  if (found.empty() && !databases.empty()) return worst(outcomes);
  std::cout << (databases.size() == 1 ? operate::in_json(found[0].dead) : operate::in_json(found));
  return worst(outcomes);
}

}  // namespace

int list_dead(const Blueprint& blueprint, const Command& command) {
  operate::check(command.dead);
  if (command.json) return list_in_json(blueprint, command);
  return read_each(blueprint, as_dead, [&](pg::Connection& connection, const auto&) -> Told {
    const operate::DeadList dead = operate::list_dead(connection, command.dead, command.limit);
    return {.text = operate::in_text(dead), .nothing = dead.letters.empty()};
  });
}

int show_dead(const Blueprint& blueprint, const Command& command) {
  operate::check(command.dead);
  const std::string& projection = command.dead.projection;
  return read_each(blueprint, as_dead, [&](pg::Connection& connection, const auto&) -> Told {
    return {operate::in_text(
        operate::event_history(connection, command.dead.events.at(0), projection), projection)};
  });
}

int retry_dead(const Blueprint& blueprint, const Command& command) {
  operate::check(command.dead);
  const auto look = [&](pg::Connection& looked_by, const auto&) -> Change {
    operate::DeadLetters letters = find(looked_by, command.dead);
    if (letters.number == 0) return none_to_change();
    std::string before = operate::before_retrying(letters);
    return {std::move(before), [letters = std::move(letters)](pg::Connection& connection,
                                                              const operate::Progress& progress) {
              return operate::in_text(operate::retry_dead(connection, letters, progress));
            }};
  };
  return change_each(blueprint, as_dead, command.yes, look);
}

int discard_dead(const Blueprint& blueprint, const Command& command) {
  operate::check(command.dead);
  // An id is of one event; a filter that is right for one database gives up others' events as well.
  if (command.dead.events.empty()) {
    (void)the_database(blueprint,
                       "what is discarded is lost for good, so without ids of events it is "
                       "discarded in one database at a time");
  }
  const auto look = [&](pg::Connection& looked_by, const auto&) -> Change {
    operate::DeadLetters letters = find(looked_by, command.dead);
    if (letters.number == 0) return none_to_change();
    std::string before = "To discard for good: " + operate::in_words(letters);
    return {std::move(before), [letters = std::move(letters), &command](
                                   pg::Connection& connection, const operate::Progress& progress) {
              return operate::in_text(
                  operate::discard_dead(connection, letters, command.reason, progress));
            }};
  };
  return change_each(blueprint, as_dead, command.yes, look);
}

}  // namespace relay::wiring
