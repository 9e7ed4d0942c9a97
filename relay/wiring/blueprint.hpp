#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "projections/registry.hpp"
#include "relay/forward/format.hpp"
#include "relay/preflight/subject.hpp"
#include "relay/settings/catalogue.hpp"
#include "relay/settings/settings.hpp"
#include "relay/store/around.hpp"

namespace relay::wiring {

/// What the program adds to the file; either may be empty.
struct Additions {
  std::function<void(projections::Registry&)> register_projections;
  store::Around around_store;
};

/// A `[[forward]]` that is ready to be wired.
struct ReadyForward {
  projections::ProjectionOptions
      options;  ///< What it is as a listener: name, events, on_dead, retry.
  forward::Recipe recipe;
  int workers = 2;  ///< Beside projections, per database.
};

/// What asking the catalogue told beside the databases, which stand with those of the file.
struct CatalogueNews {
  std::vector<settings::RefusedRow> refused;
  std::size_t databases = 0;  ///< All that it has, also where one alone is asked for.
  std::string unread;         ///< Why it could not be read, a sentence; empty: it was, or is none.
};

/// What the settings and the program describe, ready to be checked and run.
struct Blueprint {
  settings::Settings settings;
  projections::Registry registry;
  std::vector<preflight::CheckedProjection> checked;  ///< Borrow the registry's handlers.
  std::vector<ReadyForward> forwards;                 ///< In the order of the file.
  store::Around around_store;                         ///< May be empty.
  std::vector<std::string>
      in_file;                      ///< Names of all databases of the file, also of those left out.
  std::optional<std::string> only;  ///< The one database that is asked for, and not in the file.
  CatalogueNews catalogue;          ///< Nothing before process/catalogue has asked.
};

/// Whether a projection or forward of that name runs in the database.
[[nodiscard]] bool runs_in(const settings::Database& database, const std::string& name);

/// "projections: \"x\" fits no projection and no forward": a pattern that fits nothing is a slip of
/// the pen, or what it was for is gone. @return a sentence for each.
[[nodiscard]] std::vector<std::string> pattern_faults(const Blueprint& blueprint,
                                                      const settings::Database& database);

/// Loads the file, compiles its SQL and its forwards' templates, and adds what is written in C++.
/// The catalogue is not asked (process/catalogue does it).
/// @param database only this one, when given: of the file, which then has no catalogue, or `only`.
/// @throws settings::SettingsError with every fault of all of it.
[[nodiscard]] Blueprint read_blueprint(const std::string& path,
                                       const std::optional<std::string>& database,
                                       const Additions& additions);

}  // namespace relay::wiring
