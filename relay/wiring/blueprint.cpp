#include "relay/wiring/blueprint.hpp"

#include <algorithm>
#include <sstream>

#include "projections/sql/sql_projection.hpp"
#include "projections/suggest.hpp"
#include "projections/type_pattern.hpp"
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

void add_projection(const settings::Projection& projection, const std::string& path,
                    Blueprint& blueprint, Faults& faults) {
  const std::string label = path + ": ";
  const Faults sql = projections::sql_faults(projection.sql);
  for (const std::string& sentence : sql) {
    faults.push_back(label + "[[projection]] \"" + projection.name + "\": " + sentence);
  }
  if (!sql.empty()) return;
  try {
    auto handler = projections::sql_projection(projection.sql);
    const projections::SqlProjection* borrowed = handler.get();
    blueprint.registry.add({.name = projection.name,
                            .events = projection.events,
                            .guard = projection.guard,
                            .on_dead = projection.on_dead,
                            .detached = projection.detached,
                            .retry = projection.retry},
                           std::move(handler));
    blueprint.checked.push_back({projection.name,
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

void add_forward(const settings::Forward& forward, const std::string& path, Blueprint& blueprint,
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
  blueprint.forwards.push_back({{.name = forward.name,
                                 .events = forward.events,
                                 .on_dead = forward.on_dead,
                                 .retry = forward.retry},
                                std::move(recipe),
                                forward.workers});
}

void add_forwards(const std::string& path, Blueprint& blueprint, Faults& faults) {
  if (blueprint.settings.kafka) {
    for (const std::string& sentence :
         forward::kafka::faults_of(blueprint.settings.kafka->options)) {
      faults.push_back(path + ": [kafka.options] " + sentence);
    }
  }
  for (const settings::Forward& forward : blueprint.settings.forwards) {
    add_forward(forward, path, blueprint, faults);
  }
}

/// What the file alone can't tell: a projection written in C++ may have a forward's name.
void check_names(const Blueprint& blueprint, const std::string& path, Faults& faults) {
  for (const settings::Forward& forward : blueprint.settings.forwards) {
    const auto& all = blueprint.registry.all();
    const auto same = [&](const auto& projection) {
      return projection.options.name == forward.name;
    };
    if (std::ranges::none_of(all, same)) continue;
    faults.push_back(path + ": [[forward]] \"" + forward.name +
                     "\" has the name of a projection; names must differ");
  }
}

std::vector<std::string> names_of(const Blueprint& blueprint) {
  std::vector<std::string> names;
  for (const auto& projection : blueprint.registry.all()) names.push_back(projection.options.name);
  for (const auto& forward : blueprint.settings.forwards) names.push_back(forward.name);
  return names;
}

void check_patterns(const Blueprint& blueprint, const std::string& path, Faults& faults) {
  for (const settings::Database& database : blueprint.settings.databases) {
    for (const std::string& sentence : pattern_faults(blueprint, database)) {
      faults.push_back(path + ": [[database]] " + in_quotes(database.name) + " " + sentence);
    }
  }
}

void keep_only(const std::string& name, const std::string& path, Blueprint& blueprint) {
  settings::Settings& settings = blueprint.settings;
  std::erase_if(settings.databases, [&](const auto& database) { return database.name != name; });
  if (!settings.databases.empty()) {
    settings.catalogue.reset();
  } else if (settings.catalogue) {
    blueprint.only = name;
  } else {
    throw settings::SettingsError{{path + ": there is no [[database]] named " + in_quotes(name) +
                                   projections::did_you_mean(name, blueprint.in_file)}};
  }
}

}  // namespace

bool runs_in(const settings::Database& database, const std::string& name) {
  return std::ranges::any_of(database.projections, [&](const std::string& pattern) {
    return projections::matches(pattern, name);
  });
}

std::vector<std::string> pattern_faults(const Blueprint& blueprint,
                                        const settings::Database& database) {
  std::vector<std::string> faults;
  const std::vector<std::string> names = names_of(blueprint);
  if (names.empty()) return faults;  // `run` says so
  for (const std::string& pattern : database.projections) {
    const auto fits = [&](const std::string& name) { return projections::matches(pattern, name); };
    if (std::ranges::any_of(names, fits)) continue;
    faults.push_back("projections: " + in_quotes(pattern) + " fits no projection and no forward" +
                     projections::did_you_mean(pattern, names));
  }
  return faults;
}

Blueprint read_blueprint(const std::string& path, const std::optional<std::string>& database,
                         const Additions& additions) {
  Blueprint blueprint;
  blueprint.settings = settings::load(path, settings::process_environment);
  for (const auto& one : blueprint.settings.databases) blueprint.in_file.push_back(one.name);
  if (database) keep_only(*database, path, blueprint);
  Faults faults;
  for (const settings::Projection& projection : blueprint.settings.projections) {
    add_projection(projection, path, blueprint, faults);
  }
  add_forwards(path, blueprint, faults);
  blueprint.around_store = additions.around_store;
  if (additions.register_projections) {
    try {
      additions.register_projections(blueprint.registry);
    } catch (const projections::RegistrationError& error) {
      add_lines(faults, "", error.what());
    }
  }
  check_names(blueprint, path, faults);
  if (faults.empty()) check_patterns(blueprint, path, faults);
  if (!faults.empty()) throw settings::SettingsError{std::move(faults)};
  return blueprint;
}

}  // namespace relay::wiring
