#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {

void check_server(pg::Connection& connection, Findings& findings) {
  const auto row = connection.exec(schema::statements::preflight_server)[0];
  if (connection.server_version() < 140000) {
    fault(findings, std::string{"the server is PostgreSQL "} + row[3].c_str() +
                        "; Freshet needs 14 or later");
  }
  if (row[0].as<bool>()) {
    fault(findings,
          "the server is a standby (in recovery); point the url at the primary, for example with "
          "several hosts and target_session_attrs=read-write");
  } else if (row[1].as<bool>()) {
    fault(findings,
          "transactions are read-only here; look for default_transaction_read_only on the server, "
          "the database and the role");
  }
  if (std::string{row[2].c_str()} != "UTF8") {
    fault(findings, std::string{"the database's encoding is "} + row[2].c_str() +
                        "; Freshet needs UTF8, in which every JSON can be stored");
  }
}

}  // namespace relay::preflight
