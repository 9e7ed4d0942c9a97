#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/settings/environment.hpp"
#include "relay/settings/rules.hpp"
#include "relay/settings/section.hpp"
#include "relay/settings/settings.hpp"

namespace relay::settings {
namespace {

constexpr std::size_t largest_file = 4 << 20;

std::string read_file(const std::string& path, Faults& faults) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    faults.add(0, "is a directory; give the settings file, for example config/helpdesk.toml");
    return "";
  }
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    const char* reason = errno == ENOENT ? "no such file" : std::strerror(errno);
    faults.add(0, std::string{"cannot be read: "} + reason);
    return "";
  }
  std::string text;
  std::array<char, 16'384> piece{};
  do {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= largest_file);
  if (text.size() > largest_file) faults.add(0, "is larger than 4 MiB: not a settings file");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    faults.add(0, "is empty; a settings file has at least one [[database]] with name and url");
  }
  if (text.find('\0') != std::string::npos) faults.add(0, "holds a zero byte: not a text file");
  return text;
}

toml::table parse(const std::string& text, Faults& faults) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    std::string words{error.description()};
    for (char& c : words) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    faults.add(error.source().begin.line, "is not TOML: " + words);
    faults.throw_if_any();
    throw;
  }
}

void refuse_unknown_sections(const toml::table& file, Faults& faults) {
  const std::vector<std::string> known = {"relay",      "retention", "database", "databases",
                                          "projection", "kafka",     "forward"};
  for (const auto& [key, node] : file) {
    const std::string name{key.str()};
    if (std::ranges::find(known, name) != known.end()) continue;
    faults.add(node.source().begin.line, "there is no section " + in_quotes(name) +
                                             projections::did_you_mean(name, known) +
                                             " (there are [relay], [retention], [[database]], "
                                             "[databases], [[projection]], [kafka], [[forward]])");
  }
}

/// Nothing: the file does not have it, or a fault was said.
template <class Section>
std::optional<std::pair<Section, Place>> read_one(const toml::table& file, const std::string& name,
                                                  SectionReader<Section> reader, Faults& faults) {
  const toml::node* node = file.get(name);
  if (node == nullptr) return std::nullopt;
  if (const toml::table* table = node->as_table()) return reader.read(*table);
  faults.add(node->source().begin.line, "\"" + name + "\" is a section: write [" + name + "]");
  return std::nullopt;
}

void read_relay(const toml::table& file, Settings& settings, Places& places, Faults& faults) {
  if (auto relay = read_one<Relay>(file, "relay", {"[relay]", relay_rows(), faults}, faults)) {
    std::tie(settings.relay, places.relay) = std::move(*relay);
  }
}

/// FRESHET_DATABASE_MAIN_ begins the variables that go before the settings of "main".
std::string variables_before(const toml::table& database) {
  const std::optional<std::string> name = database["name"].value<std::string>();
  return name ? variables_of(*name) : "";
}

template <class Section, class Read>
void read_list(const toml::table& file, const std::string& name, const Read& read,
               std::vector<Section>& sections, std::vector<Place>& places, Faults& faults) {
  const toml::node* node = file.get(name);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::table))) {
    return faults.add(node->source().begin.line,
                      "there can be several of \"" + name + "\": write [[" + name + "]]");
  }
  for (const toml::node& item : *list) {
    auto [section, place] = read(*item.as_table());
    sections.push_back(std::move(section));
    places.push_back(std::move(place));
  }
}

template <class Section>
void read_list(const toml::table& file, const std::string& name,
               const std::vector<Row<Section>>& rows, std::vector<Section>& sections,
               std::vector<Place>& places, Faults& faults) {
  SectionReader<Section> reader{"[[" + name + "]]", rows, faults};
  read_list(
      file, name, [&](const toml::table& table) { return reader.read(table); }, sections, places,
      faults);
}

/// What `[relay]` says, or leaves to a default, holds where the database says nothing itself.
void read_databases(const toml::table& file, const Environment& environment, Settings& settings,
                    Places& places, Faults& faults) {
  SectionReader<Database> reader{"[[database]]", database_rows(), faults, &environment};
  Database base;
  static_cast<Work&>(base) = static_cast<const Work&>(settings.relay);
  const auto read = [&](const toml::table& table) {
    return reader.read(table, base, variables_before(table));
  };
  read_list(file, "database", read, settings.databases, places.databases, faults);
}

void read_retention(const toml::table& file, const Environment& environment, Settings& settings,
                    Places& places, Faults& faults) {
  if (auto all = read_one<Retention>(file, "retention", {"[retention]", retention_rows(), faults},
                                     faults)) {
    std::tie(settings.retention, places.retention) = std::move(*all);
  }
  const toml::array* databases = file.get_as<toml::array>("database");
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    Database& database = settings.databases[i];
    database.retention = settings.retention;
    places.retentions.emplace_back();
    const toml::table& table = *(*databases)[i].as_table();
    const toml::table* own = table.get_as<toml::table>("retention");
    const toml::table nothing;  // none, or said already; variables may say it, too
    const std::string variables = variables_before(table);
    SectionReader<Retention> reader{"[database.retention]", retention_rows(), faults, &environment};
    std::tie(database.retention, places.retentions.back()) =
        reader.read(own == nullptr ? nothing : *own, settings.retention,
                    variables.empty() ? "" : variables + "RETENTION_");
  }
}

void read_catalogue(const toml::table& file, const Environment& environment, Settings& settings,
                    Places& places, Faults& faults) {
  if (const toml::array* list = file.get_as<toml::array>("databases")) {
    return faults.add(list->source().begin.line,
                      "\"databases\" is a section: write [databases] for a query that finds "
                      "databases, [[database]] for one of them");
  }
  auto catalogue = read_one<Catalogue>(
      file, "databases", {"[databases]", catalogue_rows(), faults, &environment}, faults);
  if (catalogue) std::tie(settings.catalogue, places.catalogue) = std::move(*catalogue);
}

void read_kafka(const toml::table& file, const Environment& environment, Settings& settings,
                Places& places, Faults& faults) {
  auto kafka =
      read_one<Kafka>(file, "kafka", {"[kafka]", kafka_rows(), faults, &environment}, faults);
  if (!kafka) return;
  std::tie(settings.kafka, places.kafka) = std::move(*kafka);
  derive_defaults(*settings.kafka, places.kafka, settings);
}

}  // namespace

Settings load(const std::string& path, const Environment& environment) {
  Faults faults{path};
  const std::string text = read_file(path, faults);
  faults.throw_if_any();
  const toml::table file = parse(text, faults);

  Settings settings;
  Places places;
  refuse_unknown_sections(file, faults);
  read_relay(file, settings, places, faults);
  read_databases(file, environment, settings, places, faults);
  read_catalogue(file, environment, settings, places, faults);
  derive_defaults(settings, places);
  read_retention(file, environment, settings, places, faults);
  read_list(file, "projection", projection_rows(), settings.projections, places.projections,
            faults);
  read_kafka(file, environment, settings, places, faults);
  read_list(file, "forward", forward_rows(), settings.forwards, places.forwards, faults);
  if (file.get("database") == nullptr && file.get("databases") == nullptr) {
    faults.add(0,
               "has no [[database]]; at least one is needed, with name and url, or a section "
               "[databases] that finds them");
  }
  check_rules(settings, places, faults);
  faults.throw_if_any();
  for (Database& database : settings.databases) lead_to_schema(database);
  if (settings.catalogue) settings.catalogue->query = bare_query(settings.catalogue->query);
  return settings;
}

}  // namespace relay::settings
