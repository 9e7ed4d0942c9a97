#pragma once

#include <stdexcept>
#include <stop_token>

#include "relay/pg/connection.hpp"
#include "relay/settings/catalogue.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// The catalogue cannot be reached, its query fails, or it is none as a whole. `what()` is one
/// clear sentence, which never holds a password. Nothing is known then, and nothing should be
/// changed.
class CatalogueError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Asks the catalogue of the settings, which must have one, over a connection to its url: in a
/// read-only transaction within `pg::of_a_look`, rolled back. Rows by the rules of `[[database]]`;
/// a row that breaks one is refused, and the others stand. Where one database alone is asked for
/// (`only`), there is that one, or none. Threads: one at a time for a connection.
/// @param connection is of no use any more after a failure of it.
/// @param blueprint says which names the file has; what it got by `add_catalogue` counts for
/// nothing.
/// @throws CatalogueError.
[[nodiscard]] settings::CatalogueContents read_catalogue(pg::Connection& connection,
                                                         const Blueprint& blueprint);
/// The same over a connection of its own, for this one look. @param stop ends it, but for
/// connecting, as a CatalogueError.
[[nodiscard]] settings::CatalogueContents read_catalogue(const Blueprint& blueprint,
                                                         const std::stop_token& stop = {});

/// Reads it, adds its databases to those of the blueprint, and notes what else it told in
/// `blueprint.catalogue`. Without a catalogue: nothing.
/// @throws CatalogueError, also when the one database that is asked for is refused, and
/// SettingsError when there is none of that name.
void add_catalogue(Blueprint& blueprint);

}  // namespace relay::wiring
