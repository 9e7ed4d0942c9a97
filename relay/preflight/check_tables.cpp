#include "relay/pg/schema_state.hpp"
#include "relay/preflight/check_place.hpp"
#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {

bool check_schema(pg::Connection& connection, const Subject& subject, Findings& findings) {
  const std::string misplaced = place_fault(connection, subject.schema);
  if (!misplaced.empty()) {
    fault(findings, misplaced);
    return false;
  }
  const pg::SchemaState state = pg::schema_state(connection);
  if (state.kind == pg::SchemaState::Kind::current) return true;
  fault(findings, pg::sentence(state));
  return false;
}

void check_tables(pg::Connection& connection, Findings& findings) {
  const auto row = connection.exec(schema::statements::preflight_tables)[0];
  if (row[0].is_null() || row[0].as<long>() != 1) {
    fault(findings,
          "the sequence event_publication_seq_seq hands out numbers ahead (CACHE " +
              std::string{row[0].is_null() ? "unknown" : row[0].c_str()} +
              "), which breaks the order of a key; run: ALTER SEQUENCE event_publication_seq_seq "
              "CACHE 1;");
  }
  if (row[1].as<bool>()) {
    fault(findings, std::string{"row security on event_publication hides events from this role; "
                                "run: ALTER ROLE "} +
                        row[2].c_str() + " BYPASSRLS;");
  }
}

}  // namespace relay::preflight
