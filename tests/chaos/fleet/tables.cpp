#include "tests/chaos/fleet/site.hpp"

namespace chaos::fleet {

std::string projection_toml() {
  return R"(
[[projection]]
name = "effects"
events = ["Thing*"]
retry_s = [1, 2]
sql = '''
INSERT INTO fleet_effect (event_id, key, kpos)
SELECT id, aggregate_id, (payload->>'kpos')::int FROM events ORDER BY seq
'''
)";
}

// What was committed is told by the server: rows have the times of their transactions' commits.
std::string create_own_tables() {
  return "SET ROLE " + std::string{Site::relay_role} +
         R"(;
CREATE TABLE fleet_key (key text PRIMARY KEY, last int NOT NULL);
CREATE TABLE fleet_written (event_id uuid PRIMARY KEY, key text NOT NULL, kpos int NOT NULL);
CREATE TABLE fleet_effect (place bigserial, event_id uuid NOT NULL, key text, kpos int);
CREATE INDEX ON fleet_effect (event_id);
GRANT SELECT, INSERT, UPDATE ON fleet_key, fleet_written, event_publication TO )" +
         Site::writer_role + ";\nGRANT USAGE ON SEQUENCE event_publication_seq_seq TO " +
         Site::writer_role + ";\nRESET ROLE;\n";
}

}  // namespace chaos::fleet
