#include "relay/wiring/process/catalogue.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "projections/failure.hpp"
#include "projections/sql/tokens.hpp"
#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "schema/statements.hpp"

namespace relay::wiring {
namespace {

namespace sql = schema::statements;
using projections::Failure;
using settings::CatalogueContents;

constexpr long rows_most = 10'000;

std::string around(const std::string& query) {
  constexpr std::string_view place = "(SELECT)";
  std::string text{sql::catalogue_rows};
  return text.replace(text.find(place), place.size(), "(\n" + query + "\n)");
}

/// Whether the server's words hold a text that the query has in quotes.
bool quotes_from(const std::string& query, const std::string& words) {
  using projections::sql::Token;
  constexpr std::size_t tells_nothing = 2;  // bytes; they stand in many a word
  constexpr std::size_t name_most = 63;     // bytes; the server cuts what it takes for a name
  const auto tokens = projections::sql::tokens_of(query);
  return std::ranges::any_of(tokens, [&](const Token& token) {
    if (token.kind != Token::Kind::string && token.kind != Token::Kind::identifier) return false;
    const std::size_t open = token.text.find_first_of("'\"$");
    const std::string_view inner =
        token.text.substr(open + 1, token.text.size() - std::min(open + 2, token.text.size()));
    if (token.text[open] == '$' || inner.find_first_of("'\"\\\n") != std::string_view::npos) {
      return true;  // the server says it otherwise
    }
    return inner.size() > tells_nothing &&
           words.find(inner.substr(0, name_most)) != std::string::npos;
  });
}

/// The server's words show parts of the query, or values that it met, and a password may be in
/// them: they are told where they cannot, by kind, and where they show nothing in quotes.
std::string reason(const Failure& failure, const std::string& query) {
  constexpr std::array<std::string_view, 8> of_names = {"42P01", "42703", "42883", "42501",
                                                        "3F000", "25006", "0A000", "42702"};
  constexpr std::array<std::string_view, 5> of_the_server = {"08", "53", "55", "57", "58"};
  const std::string& state = failure.sqlstate;
  const bool harmless =
      state.empty() ? failure.kind == projections::FailureKind::connection
                    : std::ranges::find(of_the_server, state.substr(0, 2)) != of_the_server.end();
  const bool names = std::ranges::find(of_names, state) != of_names.end();
  if (harmless || (names && !quotes_from(query, failure.message))) return failure.message;
  return "its query fails with SQLSTATE " + (state.empty() ? "unknown" : state) +
         "; the server's words may hold a password and are not shown, psql shows them";
}

CatalogueError unreadable(const std::string& why) {
  return CatalogueError{"the catalogue of databases cannot be read: " + why};
}

pqxx::result rows_of(pg::Connection& connection, const std::string& query) {
  try {
    pg::Script{connection}.add(sql::begin_read_only).limit(pg::of_a_look).run();
    auto rows = connection.exec(around(query), rows_most + 1);
    connection.rollback();
    return rows;
  } catch (const std::exception&) {
    const Failure failure = projections::current_failure();
    connection.rollback();
    throw unreadable(reason(failure, query));
  }
}

void check_columns(const pqxx::result& rows) {
  std::vector<std::string> columns;
  for (int i = 0; i < static_cast<int>(rows.columns()); ++i) {
    columns.emplace_back(rows.column_name(i));
  }
  std::string all;
  for (const std::string& fault : settings::column_faults(columns)) {
    all += (all.empty() ? "" : "; ") + fault;
  }
  if (!all.empty()) throw unreadable(all);
}

/// A value as variables in the environment would say it.
std::optional<std::string> text_of(const pqxx::field& field) {
  constexpr std::array<unsigned, 3> arrays = {1'003, 1'009, 1'015};  // name[], text[], varchar[]
  constexpr unsigned boolean = 16;
  if (field.is_null()) return std::nullopt;
  std::string text{field.c_str(), field.size()};
  const unsigned type = field.type();
  if (type == boolean) return text == "t" ? "true" : "false";
  // What is in quotes there fits no name of a projection.
  if (std::ranges::find(arrays, type) != arrays.end()) return text.substr(1, text.size() - 2);
  return text;
}

std::vector<settings::CatalogueRow> texts_of(const pqxx::result& rows) {
  std::vector<settings::CatalogueRow> all;
  for (const auto& row : rows) {
    settings::CatalogueRow& texts = all.emplace_back();
    for (const auto& field : row) texts[field.name()] = text_of(field);
  }
  return all;
}

/// What holds for the file's databases as soon as all projections are known.
void refuse_patterns(const Blueprint& blueprint, CatalogueContents& contents) {
  std::erase_if(contents.databases, [&](const settings::Database& database) {
    const auto faults = pattern_faults(blueprint, database);
    for (const std::string& fault : faults) {
      contents.refused.push_back(
          {database.name, "the catalogue's database " + in_quotes(database.name) + ": " + fault});
    }
    return !faults.empty();
  });
}

CatalogueContents read_all(pg::Connection& connection, const Blueprint& blueprint) {
  const pqxx::result rows = rows_of(connection, blueprint.settings.catalogue.value().query);
  check_columns(rows);
  if (static_cast<long>(rows.size()) > rows_most) {
    throw unreadable("it has more than " + std::to_string(rows_most) + " rows");
  }
  CatalogueContents contents = settings::databases_of(
      texts_of(rows), blueprint.in_file, blueprint.settings, settings::process_environment);
  refuse_patterns(blueprint, contents);
  return contents;
}

CatalogueContents only(const std::string& name, CatalogueContents contents) {
  const auto other = [&](const auto& one) { return one.name != name; };
  std::erase_if(contents.databases, other);
  std::erase_if(contents.refused, other);
  return contents;
}

CatalogueContents read_all(const Blueprint& blueprint, const std::stop_token& stop) {
  try {
    pg::Connection connection{blueprint.settings.catalogue.value().url,
                              {.application_name = "freshet catalogue", .wanted = pg::Wanted::any}};
    const std::stop_callback on_stop{stop, [&] { connection.cancel(); }};
    return read_all(connection, blueprint);
  } catch (const pg::ConnectError& error) {
    throw unreadable(error.what());
  }
}

/// Why the one database that is asked for is not to be had.
[[noreturn]] void refuse(const std::string& name, const CatalogueContents& all,
                         const std::vector<std::string>& in_file) {
  const std::string called = "the catalogue's database " + in_quotes(name);
  std::string why;
  for (const settings::RefusedRow& row : all.refused) {
    if (row.name != name) continue;
    const bool begins_so = row.sentence.starts_with(called + ": ");
    why += (why.empty() ? "" : "; ") +
           (begins_so ? row.sentence.substr(called.size() + 2) : row.sentence);
  }
  if (!why.empty()) throw CatalogueError{called + " is refused: " + why};
  std::vector<std::string> known = in_file;
  for (const settings::Database& database : all.databases) known.push_back(database.name);
  throw settings::SettingsError{{"freshet: there is no database named " + in_quotes(name) +
                                 ", neither in the file nor in its catalogue" +
                                 projections::did_you_mean(name, known)}};
}

}  // namespace

CatalogueContents read_catalogue(pg::Connection& connection, const Blueprint& blueprint) {
  CatalogueContents all = read_all(connection, blueprint);
  return blueprint.only ? only(*blueprint.only, std::move(all)) : all;
}

CatalogueContents read_catalogue(const Blueprint& blueprint, const std::stop_token& stop) {
  CatalogueContents all = read_all(blueprint, stop);
  return blueprint.only ? only(*blueprint.only, std::move(all)) : all;
}

void add_catalogue(Blueprint& blueprint) {
  if (!blueprint.settings.catalogue) return;
  CatalogueContents contents = read_all(blueprint, {});
  blueprint.catalogue.databases = contents.databases.size();
  if (blueprint.only) {
    const std::string& name = *blueprint.only;
    const auto& all = contents.databases;
    if (std::ranges::find(all, name, &settings::Database::name) == all.end()) {
      refuse(name, contents, blueprint.in_file);
    }
    contents = only(name, std::move(contents));
  }
  std::ranges::move(contents.databases, std::back_inserter(blueprint.settings.databases));
  blueprint.catalogue.refused = std::move(contents.refused);
}

}  // namespace relay::wiring
