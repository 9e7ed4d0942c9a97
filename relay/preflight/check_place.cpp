#include "relay/preflight/check_place.hpp"

#include "schema/statements.hpp"

namespace relay::preflight {
namespace {

struct Place {
  bool there;
  bool open;
  bool comes_first;
  std::string path;
  std::string events;  ///< The schema of event_publication; "": none is seen.
  std::string database;
  std::string database_in_sql;
  std::string role_in_sql;
};

Place look(pg::Connection& connection, const std::string& schema) {
  const auto row = connection.exec(schema::statements::schema_place, schema)[0];
  return {row[0].as<bool>(), row[1].as<bool>(), row[2].as<bool>(), row[3].c_str(),
          row[4].c_str(),    row[5].c_str(),    row[6].c_str(),    row[7].c_str()};
}

// The first thing that is wrong with the schema itself; the others follow from it.
std::string schema_fault(const Place& place, const std::string& schema, const std::string& in_sql) {
  if (!place.there) {
    return "there is no schema " + schema + " in database " + place.database +
           ": run CREATE SCHEMA " + in_sql + "; and then freshet migrate -c FILE, or correct " +
           "\"schema\" in the settings";
  }
  if (!place.open) {
    return "role " + place.role_in_sql + " may not look into the schema " + schema +
           "; run: GRANT USAGE ON SCHEMA " + in_sql + " TO " + place.role_in_sql + ";";
  }
  if (!place.comes_first) {
    return "the settings say schema " + schema + ", but the session looks in others (search_path " +
           "is " + place.path + "): a pooler between here and the server has dropped the option " +
           "that says so; run: ALTER ROLE " + place.role_in_sql + " IN DATABASE " +
           place.database_in_sql + " SET search_path = " + in_sql +
           ", public; and let the pooler connect anew";
  }
  return "";
}

}  // namespace

std::string schema_fault(pg::Connection& connection, const std::string& schema) {
  if (schema.empty()) return "";
  return schema_fault(look(connection, schema), schema, connection.quote_name(schema));
}

std::string place_fault(pg::Connection& connection, const std::string& schema) {
  if (schema.empty()) return "";
  const Place place = look(connection, schema);
  std::string fault = schema_fault(place, schema, connection.quote_name(schema));
  if (!fault.empty() || place.events == schema) return fault;
  return "the schema " + schema + " has no event_publication" +
         (place.events.empty() ? ""
                               : ", and that of the schema " + place.events + " is not meant") +
         ": run freshet migrate -c FILE";
}

}  // namespace relay::preflight
