#include "relay/wiring/house.hpp"

#include <algorithm>
#include <sstream>

#include "projections/sql/sql_projection.hpp"
#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/forward/kafka/options.hpp"
#include "relay/forward/recipe.hpp"

namespace relay::wiring {
namespace {

using Faults = std::vector<std::string>;

/// A library's fault text may have several lines; each becomes one of ours.
void add_lines(Faults& faults, const std::string& label, const std::string& text) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) faults.push_back(label + line);
}

void add_projection(const settings::Projection& projection, const std::string& path, House& house,
                    Faults& faults) {
  const std::string label = path + ": ";
  const Faults sql = projections::sql_faults(projection.sql);
  for (const std::string& sentence : sql) {
    faults.push_back(label + "[[projection]] \"" + projection.name + "\": " + sentence);
  }
  if (!sql.empty()) return;
  try {
    auto handler = projections::sql_projection(projection.sql);
    const projections::SqlProjection* borrowed = handler.get();
    house.registry.add({.name = projection.name,
                        .events = projection.events,
                        .guard = projection.guard,
                        .on_dead = projection.on_dead,
                        .detached = projection.detached,
                        .retry = projection.retry},
                       std::move(handler));
    house.checked.push_back({projection.name,
                             [borrowed](projections::Tx& tx) { return borrowed->explain(tx); },
                             projections::sql_warnings(projection.sql)});
  } catch (const std::invalid_argument& error) {
    add_lines(faults, label, error.what());
  }
}

forward::Format format_of(const settings::Forward& forward) {
  switch (forward.format) {
    case settings::RecordFormat::plain: break;
    case settings::RecordFormat::cloudevents: return forward::Format::cloudevents;
    case settings::RecordFormat::debezium: return forward::Format::debezium;
  }
  return forward::Format::plain;
}

void add_forward(const settings::Forward& forward, const std::string& path, House& house,
                 Faults& faults) {
  const forward::Templates templates{forward.topic, forward.key, forward.source};
  const Faults found = forward::faults_of(templates, format_of(forward));
  for (const std::string& sentence : found) {
    faults.push_back(path + ": [[forward]] \"" + forward.name + "\": " + sentence);
  }
  if (!found.empty()) return;
  forward::Recipe recipe = forward::recipe_of(templates, format_of(forward));
  recipe.debezium_header = forward.header == settings::IdHeader::server
                               ? forward::DebeziumHeader::server
                               : forward::DebeziumHeader::connect;
  recipe.tombstone = forward.tombstone;
  house.forwards.push_back({{.name = forward.name,
                             .events = forward.events,
                             .on_dead = forward.on_dead,
                             .retry = forward.retry},
                            std::move(recipe),
                            forward.workers});
}

void add_forwards(const std::string& path, House& house, Faults& faults) {
  if (house.settings.kafka) {
    for (const std::string& sentence : forward::kafka::faults_of(house.settings.kafka->options)) {
      faults.push_back(path + ": [kafka.options] " + sentence);
    }
  }
  for (const settings::Forward& forward : house.settings.forwards) {
    add_forward(forward, path, house, faults);
  }
}

/// What the file alone can't tell: a projection written in C++ may have a forward's name.
void check_names(const House& house, const std::string& path, Faults& faults) {
  for (const settings::Forward& forward : house.settings.forwards) {
    const auto& all = house.registry.all();
    const auto same = [&](const auto& projection) {
      return projection.options.name == forward.name;
    };
    if (std::ranges::none_of(all, same)) continue;
    faults.push_back(path + ": [[forward]] \"" + forward.name +
                     "\" has the name of a projection; names must differ");
  }
}

void keep_only(const std::string& name, const std::string& path,
               std::vector<settings::Database>& databases) {
  std::vector<std::string> known;
  for (const settings::Database& database : databases) known.push_back(database.name);
  std::erase_if(databases, [&](const auto& database) { return database.name != name; });
  if (!databases.empty()) return;
  throw settings::SettingsError{{path + ": there is no [[database]] named " + in_quotes(name) +
                                 projections::did_you_mean(name, known)}};
}

}  // namespace

House build_house(const std::string& path, const std::optional<std::string>& database,
                  const Additions& additions) {
  House house;
  house.settings = settings::load(path, settings::process_environment);
  if (database) keep_only(*database, path, house.settings.databases);
  Faults faults;
  for (const settings::Projection& projection : house.settings.projections) {
    add_projection(projection, path, house, faults);
  }
  add_forwards(path, house, faults);
  house.around_store = additions.around_store;
  if (additions.register_projections) {
    try {
      additions.register_projections(house.registry);
    } catch (const projections::RegistrationError& error) {
      add_lines(faults, "", error.what());
    }
  }
  check_names(house, path, faults);
  if (!faults.empty()) throw settings::SettingsError{std::move(faults)};
  return house;
}

}  // namespace relay::wiring
