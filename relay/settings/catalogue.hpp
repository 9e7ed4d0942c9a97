#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/settings/settings.hpp"

namespace relay::settings {

// What a catalogue's rows say, as databases. Pure; no sentence shows what a url holds.

/// A row, its values by their columns' names; nothing: NULL, which says nothing.
using CatalogueRow = std::map<std::string, std::optional<std::string>>;

/// What a column may be called, and a variable of the environment in capitals.
[[nodiscard]] std::vector<std::string> columns_of_database();

/// What is wrong with the catalogue as a whole: columns that no setting of `[[database]]` has, or
/// that are there twice, or no `name`. @return sentences; empty: its rows can be read.
[[nodiscard]] std::vector<std::string> column_faults(const std::vector<std::string>& columns);

/// Reads one row as a `[[database]]` of the file would be read: upon `[relay]` and `[retention]`,
/// by the same bounds and rules; variables FRESHET_DATABASE_<NAME>_<SETTING> go before it. A list
/// has commas between its parts; `retention_…` are settings of its retention.
/// @param number counts from 1, for a row that has no name to be called by.
/// @throws SettingsError, "the catalogue's database \"x\": batch_size must be from 1 to 10000, …".
[[nodiscard]] Database database_of(const CatalogueRow& row, std::size_t number,
                                   const Settings& settings, const Environment& environment);

/// A row that is no database.
struct RefusedRow {
  std::string name;      ///< Of the database that it is about; empty: it has none to be called by.
  std::string sentence;  ///< Why, and what to do.
  std::size_t number = 0;  ///< Counts from 1; 0: of the one database that has this name.

  /// Whether they say the same; the rows' order does not matter.
  bool operator==(const RefusedRow& other) const {
    return name == other.name && sentence == other.sentence;
  }
};

/// What to call each row that was refused, once: its database's name, or "row 5".
[[nodiscard]] std::vector<std::string> names_of(const std::vector<RefusedRow>& refused);

struct CatalogueContents {
  std::vector<Database>
      databases;  ///< In the order of the rows; names differ, also from the file's.
  std::vector<RefusedRow> refused;  ///< One for each fault.
};

/// Reads all rows. A name that the file has, or an earlier row, is refused: those stand.
/// @param in_file names of the file's databases.
[[nodiscard]] CatalogueContents databases_of(const std::vector<CatalogueRow>& rows,
                                             const std::vector<std::string>& in_file,
                                             const Settings& settings,
                                             const Environment& environment);

}  // namespace relay::settings
