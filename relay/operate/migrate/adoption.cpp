#include "relay/operate/migrate/adoption.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>

#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using Faults = std::vector<std::string>;

struct Column {
  std::string type;   // as in pg_type, without a length
  std::string shown;  // as people write it
  bool keyed;
};
using Columns = std::map<std::string, Column>;

struct Wanted {
  std::string_view name;
  std::string_view types;  // accepted, apart by blanks; the first is what we would create
  bool required = true;
};

constexpr Wanted event_columns[] = {
    {"id", "uuid"},
    {"event_type", "varchar text"},
    {"serialized_event", "text varchar"},
    {"publication_date", "timestamptz"},
    {"completion_date", "timestamptz"},
    {"listener_id", "varchar text"},
    {"aggregate_type", "varchar text", false},
    {"aggregate_id", "varchar text", false},
    {"headers", "jsonb", false},
};
constexpr Wanted guard_columns[] = {{"idempotency_key", "varchar text"},
                                    {"processed_at", "timestamptz"}};

bool accepts(std::string_view types, const std::string& type) {
  return (" " + std::string{types} + " ").find(" " + type + " ") != std::string::npos;
}

std::string first_of(std::string_view types) {
  return std::string{types.substr(0, types.find(' '))};
}

std::string type_remedy(const std::string& table, const std::string& column, const Column& found,
                        std::string_view wanted) {
  const std::string to = first_of(wanted);
  std::string remedy = "Change it at a quiet time: ALTER TABLE " + table + " ALTER COLUMN " +
                       column + " TYPE " + to + " USING " + column;
  if (to == "timestamptz" && found.type == "timestamp") {
    return remedy + " AT TIME ZONE 'UTC', with the zone that the application wrote its times in.";
  }
  if (to == "uuid" && !accepts("text varchar bpchar", found.type)) {
    return "Identity is a UUID here: give the table a new id column of that type, or rename the "
           "table and let freshet migrate create its own.";
  }
  return remedy + "::" + to + ".";
}

void check_columns(const std::string& table, const Columns& columns, std::span<const Wanted> wanted,
                   Faults& faults) {
  for (const Wanted& want : wanted) {
    const std::string name{want.name};
    const auto found = columns.find(name);
    if (found == columns.end()) {
      if (want.required) {
        faults.push_back(table + " has no column " + name + ". Add it: ALTER TABLE " + table +
                         " ADD COLUMN " + name + " " + first_of(want.types) + ".");
      }
    } else if (!accepts(want.types, found->second.type)) {
      faults.push_back(table + "." + name + " is of type " + found->second.shown + " and must be " +
                       first_of(want.types) + ". " +
                       type_remedy(table, name, found->second, want.types));
    }
  }
  const std::string key{wanted.front().name};
  const auto found = columns.find(key);
  if (found != columns.end() && !found->second.keyed) {
    faults.push_back(table + "." + key + " is not the table's key. Make it one: ALTER TABLE " +
                     table + " ADD PRIMARY KEY (" + key + ").");
  }
}

// What only event_publication gets, and so must not have yet.
void check_free_columns(const std::string& table, const Columns& columns, Faults& faults) {
  for (const std::string name : {"seq", "parked"}) {
    if (!columns.contains(name)) continue;
    faults.push_back(table + " has a column " + name +
                     " of its own, which Freshet must add. "
                     "Rename it: ALTER TABLE " +
                     table + " RENAME COLUMN " + name + " TO app_" + name + ".");
  }
}

std::string kind_word(char relkind) {
  switch (relkind) {
    case 'p': return "a partitioned table";
    case 'v': return "a view";
    case 'm': return "a materialized view";
    case 'f': return "a foreign table";
    default: return "no ordinary table";
  }
}

void check_table_itself(const std::string& table, const pqxx::row& facts, Faults& faults) {
  const std::string other =
      ". Rename it and let freshet migrate create its own, or publish into "
      "an ordinary table.";
  const char relkind = facts["relkind"].c_str()[0];
  if (relkind != 'r') {
    faults.push_back(table + " is " + kind_word(relkind) + ", which was not tried" + other);
  } else if (facts["inherits"].as<bool>()) {
    faults.push_back(table + " is part of an inheritance tree or a partition, which was not tried" +
                     other);
  } else if (facts["relpersistence"].c_str()[0] != 'p') {
    faults.push_back(table +
                     " is not durable: a crash empties it, and events would be lost. Make "
                     "it so: ALTER TABLE " +
                     table + " SET LOGGED.");
  }
  if (!facts["mine"].as<bool>()) {
    faults.push_back(table + " belongs to " + facts["owner"].c_str() +
                     ": run freshet migrate as that role or a member of it.");
  }
  if (!facts["in_place"].as<bool>()) {
    faults.push_back(table + " is in the schema " + facts["schema"].c_str() +
                     ", but this role would create tables in another one. Put that schema first: "
                     "ALTER ROLE … SET search_path = " +
                     facts["schema"].c_str() + ".");
  }
}

void check_table(pg::Connection& connection, const std::string& table,
                 std::span<const Wanted> wanted, Faults& faults) {
  const pqxx::result facts = connection.exec(sql::adoption_table, table);
  if (facts.empty()) return;
  const std::size_t before = faults.size();
  check_table_itself(table, facts[0], faults);
  if (faults.size() != before && facts[0]["relkind"].c_str()[0] != 'r') return;
  Columns columns;
  for (const auto& row : connection.exec(sql::adoption_columns, table)) {
    columns[row["name"].c_str()] = {row["type"].c_str(), row["shown"].c_str(),
                                    row["keyed"].as<bool>()};
  }
  check_columns(table, columns, wanted, faults);
  if (table == "event_publication") check_free_columns(table, columns, faults);
}

void check_place(pg::Connection& connection, Faults& faults) {
  const pqxx::result place = connection.exec(sql::adoption_place);
  const std::string role = place[0]["role"].c_str();
  if (place[0]["standby"].as<bool>()) {
    faults.push_back("This server is a standby: run freshet migrate against the primary.");
  } else if (place[0]["schema"].is_null()) {
    faults.push_back("No schema to create tables in: give the role " + role +
                     " a search_path with an existing schema, and USAGE on it.");
  } else if (!place[0]["may_create"].as<bool>()) {
    faults.push_back("The role " + role + " may not create tables: GRANT CREATE ON SCHEMA " +
                     place[0]["schema"].c_str() + " TO " + role + ".");
  }
}

}  // namespace

std::vector<std::string> adoption_faults(pg::Connection& connection) {
  Faults faults;
  check_place(connection, faults);
  check_table(connection, "event_publication", event_columns, faults);
  check_table(connection, "event_publication_archive", event_columns, faults);
  check_table(connection, "processed_events", guard_columns, faults);
  const std::string ours =
      "{freshet_adopt,freshet_adopt_progress,event_publication_seq_seq,"
      "event_publication_pending,event_listener,event_lane,event_delivery,"
      "event_attempt,projection_freshness,freshet_setting}";
  for (const auto& row : connection.exec(sql::adoption_taken, ours)) {
    faults.push_back(std::string{"The name "} + row[0].c_str() +
                     " is taken by something that Freshet did not make. Rename it, or give "
                     "Freshet a schema of its own by search_path.");
  }
  return faults;
}

}  // namespace relay::operate
