#include "relay/wiring/cli/take_catalogue.hpp"

#include <iostream>

#include "relay/base/log.hpp"
#include "relay/wiring/process/catalogue.hpp"

namespace relay::wiring {
namespace {

using Verb = Command::Verb;

int check_catalogue(Blueprint& blueprint) {
  std::size_t count = blueprint.settings.databases.size();
  try {
    const auto refused = add_catalogue(blueprint);
    count = blueprint.settings.databases.size() - count;
    for (const auto& row : refused) std::cout << "catalogue: fault: " << row.sentence << "\n";
    std::cout << "catalogue: " << (refused.empty() ? "fine, " : "") << count << " database(s)"
              << (refused.empty() ? "" : ", and rows that are none") << "\n";
    return refused.empty() ? Exit::fine : Exit::database;
  } catch (const CatalogueError& error) {
    std::cout << "catalogue: fault: " << error.what() << "\n";
    return Exit::database;
  }
}

}  // namespace

int take_catalogue(Blueprint& blueprint, Verb verb) {
  if (!blueprint.settings.catalogue) return Exit::fine;
  if (verb == Verb::check) return check_catalogue(blueprint);
  try {
    for (const auto& row : add_catalogue(blueprint)) {
      if (verb == Verb::run) {
        log::warn(row.sentence);
      } else {
        std::cerr << "freshet: " << row.sentence << "\n";
      }
    }
  } catch (const CatalogueError& error) {
    // A relay serves what it knows, and asks again.
    if (verb != Verb::run || blueprint.settings.databases.empty()) throw;
    log::error(std::string{"the catalogue of databases cannot be read yet: "} + error.what());
  }
  return Exit::fine;
}

}  // namespace relay::wiring
