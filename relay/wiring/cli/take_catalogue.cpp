#include "relay/wiring/cli/take_catalogue.hpp"

#include <iostream>

#include "relay/base/in_quotes.hpp"
#include "relay/base/log.hpp"
#include "relay/base/some_of.hpp"
#include "relay/wiring/process/catalogue.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

/// Whether it is about all databases, so that one that it leaves out is a fault.
bool is_for_all(const Command& command) {
  switch (command.verb) {
    case Verb::migrate:
    case Verb::check:
    case Verb::pause:
    case Verb::resume:
    case Verb::listeners_retire:
    case Verb::dead_retry:
    case Verb::dead_discard:
    case Verb::purge: return true;
    case Verb::run: return command.drain;  // which ends only when all is done
    case Verb::settings: return command.adopt;
    case Verb::status:
    case Verb::listeners_list:
    case Verb::dead_list:
    case Verb::dead_show:
    case Verb::keys_blocked:
    case Verb::publish:
    case Verb::replay: return false;
  }
  return false;
}

/// "11 databases; 6 rows refused"
std::string held(const Blueprint& blueprint) {
  const CatalogueNews& news = blueprint.catalogue;
  const std::string all = counted(news.databases, "database");
  const std::size_t refused = settings::names_of(news.refused).size();
  if (blueprint.only) return in_quotes(*blueprint.only) + " is one of its " + all;
  return all + (refused == 0 ? "" : "; " + counted(refused, "row") + " refused");
}

void tell_check(const Blueprint& blueprint) {
  const CatalogueNews& news = blueprint.catalogue;
  if (!news.unread.empty()) {
    std::cout << "catalogue: fault: " << news.unread << "\n";
    return;
  }
  for (const auto& row : news.refused) std::cout << "catalogue: fault: " << row.sentence << "\n";
  std::cout << "catalogue: " << (news.refused.empty() ? "fine, " : "") << held(blueprint) << "\n";
}

void tell_run(const CatalogueNews& news, bool drain) {
  for (const auto& row : news.refused) {
    log::write(drain ? log::Level::error : log::Level::warn, row.sentence, {});
  }
  if (news.unread.empty()) return;
  log::error(news.unread + (drain ? "" : "; the file's own are served, and it is asked again"));
}

void tell(const Blueprint& blueprint) {
  const CatalogueNews& news = blueprint.catalogue;
  for (const auto& row : news.refused) std::cerr << "freshet: " << row.sentence << "\n";
  if (!news.unread.empty()) std::cerr << "freshet: " << news.unread << "\n";
}

/// A command that says nothing of no database would look as if it had done something.
void tell_of_none(const Blueprint& blueprint, const Command& command) {
  const bool says_itself = command.verb == Verb::migrate || command.verb == Verb::publish ||
                           command.verb == Verb::replay;
  if (says_itself || !blueprint.settings.databases.empty()) return;
  std::cerr << "freshet: there is no database: the catalogue holds none\n";
}

}  // namespace

int take_catalogue(Blueprint& blueprint, const Command& command) {
  if (!blueprint.settings.catalogue) return Exit::fine;
  const bool any_in_file = !blueprint.settings.databases.empty();
  const bool checks = command.verb == Verb::check;
  const bool runs = command.verb == Verb::run;
  CatalogueNews& news = blueprint.catalogue;
  try {
    add_catalogue(blueprint);
  } catch (const CatalogueError& error) {
    if (!any_in_file && !checks) throw;
    news.unread = error.what();
  }
  if (checks) {
    tell_check(blueprint);
  } else if (runs) {
    tell_run(news, command.drain);
  } else {
    tell(blueprint);
    tell_of_none(blueprint, command);
  }
  if (!news.unread.empty()) return runs && !command.drain ? Exit::fine : Exit::database;
  return news.refused.empty() || !is_for_all(command) ? Exit::fine : Exit::database;
}

std::string catalogue_faults(const Blueprint& blueprint) {
  const CatalogueNews& news = blueprint.catalogue;
  if (!news.unread.empty()) return "the catalogue could not be read";
  const std::vector<std::string> names = settings::names_of(news.refused);
  if (names.empty()) return "";
  return counted(names.size(), "row") + " of the catalogue " +
         (names.size() == 1 ? "was" : "were") + " refused: " + some_of(names);
}

void conclude(const Blueprint& blueprint, const Command& command) {
  const bool says_itself = command.verb == Verb::migrate || command.verb == Verb::check;
  if (says_itself || !is_for_all(command)) return;
  const std::string faults = catalogue_faults(blueprint);
  if (!faults.empty()) std::cerr << "freshet: " << faults << std::endl;
}

}  // namespace relay::wiring
