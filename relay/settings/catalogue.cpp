#include "relay/settings/catalogue.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/settings/rules.hpp"
#include "relay/settings/section.hpp"

namespace relay::settings {
namespace {

constexpr const char* of_retention = "retention_";

/// A setting's own, without those that only a file can hold.
const std::vector<Row<Database>>& rows_of_columns() {
  static const auto rows = [] {
    std::vector<Row<Database>> all = database_rows();
    std::erase_if(all, [](const Row<Database>& row) {
      return std::holds_alternative<Inner<Database>>(row.kind);
    });
    return all;
  }();
  return rows;
}

/// A url in a column where none belongs must not get into a sentence. Nothing that another setting
/// may hold looks like one.
bool may_be_shown(const std::string& text) {
  return text.find_first_of("@=:") == std::string::npos;
}

bool is_secret(const std::string& column) {
  return column == "url" || column == "direct_url";
}

std::string called(const CatalogueRow& row, std::size_t number) {
  const auto name = row.find("name");
  const bool has_one = name != row.end() && name->second && !name->second->empty();
  if (!has_one || !may_be_shown(*name->second)) {
    return "the catalogue's row " + std::to_string(number);
  }
  return "the catalogue's database " + in_quotes(*name->second);
}

void refuse_what_must_not_be_shown(const CatalogueRow& row, Faults& faults) {
  for (const auto& [column, text] : row) {
    if (!text || is_secret(column) || may_be_shown(*text)) continue;
    faults.add(0, column +
                      " holds what looks like an address, and is not shown; do the columns "
                      "of the query stand in their order?");
  }
  faults.throw_if_any();
}

struct ReadRow {
  Database database;
  bool by_variables = false;  ///< Whether a variable said any of it.
};

/// Whether a variable said any of it; afterwards no key has a line.
bool take_lines(Place& place) {
  bool any_variable = false;
  for (auto& [key, line] : place.keys) {
    any_variable = any_variable || line == 0;
    line = 0;
  }
  return any_variable;
}

Place place_of_relay(const Settings& settings) {
  Place place;
  for (const std::string& key : settings.base.said) place.keys[key] = 0;
  return place;
}

ReadRow read_row(const CatalogueRow& row, std::size_t number, const Settings& settings,
                 const Environment& environment) {
  Faults faults{called(row, number)};
  refuse_what_must_not_be_shown(row, faults);
  const auto name = row.find("name");
  const std::string variables = name != row.end() && name->second && is_name(*name->second)
                                    ? variables_of(*name->second)
                                    : "";
  Database base;
  static_cast<Work&>(base) = settings.base.work;
  SectionReader<Database> reader{"", rows_of_columns(), faults, &environment};
  auto [database, place] = reader.read_texts(row, "", base, variables);
  SectionReader<Retention> of_its_retention{"", retention_rows(), faults, &environment};
  auto [retention, kept] = of_its_retention.read_texts(
      row, of_retention, settings.retention, variables.empty() ? "" : variables + "RETENTION_");
  database.retention = retention;
  const bool variable_of_retention = take_lines(kept);
  const bool by_variables = take_lines(place) || variable_of_retention;

  const std::chrono::seconds drain = settings.relay.drain;
  const Place relay = place_of_relay(settings);
  nest_limits(database, drain, {&relay, &place});
  check_own_limits("", database, drain, place, faults);
  check_own_sessions("", database, settings.relay.connections, place, faults);
  check_url("", database.url, "url", place, faults);
  check_url("", database.direct_url, "direct_url", place, faults);
  check_guards(of_retention, retention, kept, faults);
  if (settings.kafka) check_timeout(*settings.kafka, "its", database, place, faults);
  faults.throw_if_any();
  lead_to_schema(database);
  return {std::move(database), by_variables};
}

/// Sessions that databases have for themselves alone.
class Kept {
 public:
  explicit Kept(const Settings& settings) : sessions_(settings.relay.connections) {
    for (const Database& database : settings.databases) all_ += database.connections_min;
  }

  /// @return why there are not as many left as the database wants; empty: it has them now.
  std::string take(const Database& database) {
    const int mine = database.connections_min;
    if (mine > 0 && all_ + mine >= sessions_) {
      return "connections_min (" + std::to_string(mine) + ") does not fit: [relay] connections (" +
             std::to_string(sessions_) +
             ") must be more than what is kept for single databases, which would be " +
             std::to_string(all_ + mine);
    }
    all_ += mine;
    return "";
  }

 private:
  int sessions_;
  int all_ = 0;
};

/// Names that are taken, and in capitals, as variables have them, by whom.
class Taken {
 public:
  explicit Taken(const std::vector<std::string>& in_file)
      : in_file_(in_file.begin(), in_file.end()) {
    for (const std::string& name : in_file) capitals_.emplace(in_capitals(name), name);
  }

  /// @return why there cannot be a database of that name; empty: there can.
  std::string refuse_name(const std::string& name) const {
    if (in_file_.contains(name)) {
      return "stands in the settings file, too, which is what counts; names must differ";
    }
    if (names_.contains(name)) return "is there twice, and the first counts; names must differ";
    return "";
  }
  std::string refuse_variables(const std::string& name) const {
    const auto owner = capitals_.find(in_capitals(name));
    if (owner == capitals_.end()) return "";
    return "environment variables " + variables_of(owner->second) + "… are those of " +
           in_quotes(owner->second) + ", too; name one of them otherwise";
  }
  void take(const std::string& name) {
    names_.insert(name);
    capitals_.emplace(in_capitals(name), name);
  }

 private:
  std::set<std::string> in_file_;
  std::set<std::string> names_;
  std::map<std::string, std::string> capitals_;
};

}  // namespace

std::vector<std::string> columns_of_database() {
  std::vector<std::string> known;
  for (const Row<Database>& row : rows_of_columns()) known.push_back(row.name);
  for (const Row<Retention>& row : retention_rows()) known.push_back(of_retention + row.name);
  return known;
}

std::vector<std::string> column_faults(const std::vector<std::string>& columns) {
  std::vector<std::string> faults;
  const std::vector<std::string> known = columns_of_database();
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (std::ranges::find(known, column) == known.end()) {
      faults.push_back("it has the column " + in_quotes(column) +
                       ", and [[database]] has no such setting" +
                       projections::did_you_mean(column, known));
    } else if (!seen.insert(column).second) {
      faults.push_back("it has the column " + in_quotes(column) + " twice");
    }
  }
  if (!seen.contains("name")) faults.emplace_back("it has no column \"name\"");
  return faults;
}

std::vector<std::string> names_of(const std::vector<RefusedRow>& refused) {
  std::vector<std::string> names;
  std::set<std::pair<std::size_t, std::string>> seen;
  for (const RefusedRow& row : refused) {
    if (!seen.emplace(row.number, row.name).second) continue;
    names.push_back(row.name.empty() ? "row " + std::to_string(row.number) : row.name);
  }
  return names;
}

Database database_of(const CatalogueRow& row, std::size_t number, const Settings& settings,
                     const Environment& environment) {
  return read_row(row, number, settings, environment).database;
}

CatalogueContents databases_of(const std::vector<CatalogueRow>& rows,
                               const std::vector<std::string>& in_file, const Settings& settings,
                               const Environment& environment) {
  CatalogueContents contents;
  Taken taken{in_file};
  Kept kept{settings};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto named = rows[i].find("name");
    std::string name = named == rows[i].end() ? "" : named->second.value_or("");
    if (!is_name(name)) name.clear();  // reading it says so
    const auto refuse = [&](const std::string& why) {
      contents.refused.push_back({name, called(rows[i], i + 1) + ": " + why, i + 1});
    };
    if (const std::string why = taken.refuse_name(name); !why.empty()) {
      refuse(why);
      continue;
    }
    try {
      ReadRow read = read_row(rows[i], i + 1, settings, environment);
      std::string why = read.by_variables ? taken.refuse_variables(name) : "";
      if (why.empty()) why = kept.take(read.database);
      if (!why.empty()) {
        refuse(why);
        continue;
      }
      contents.databases.push_back(std::move(read.database));
    } catch (const SettingsError& error) {
      for (const std::string& sentence : error.faults) {
        contents.refused.push_back({name, sentence, i + 1});
      }
    }
    if (!name.empty()) taken.take(name);
  }
  return contents;
}

}  // namespace relay::settings
