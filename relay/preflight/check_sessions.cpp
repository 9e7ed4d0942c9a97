#include <algorithm>

#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {
namespace {

void check_limit(const std::string& whose, int limit, int wanted, const std::string& alter,
                 Findings& findings) {
  const int enough = std::max(wanted, sessions_least);
  if (wanted == 0 || limit < 0 || limit >= enough) return;
  const std::string has = whose + " may have " + std::to_string(limit) + " session(s) at a time, ";
  const std::string raise = "run: " + alter + " CONNECTION LIMIT " + std::to_string(enough) + ";";
  if (limit < sessions_least) {
    warning(findings, has + "and a relay needs " + std::to_string(sessions_least) +
                          ", for its scout, a worker and its figures; " + raise);
  } else {
    warning(findings, has + "fewer than the " + std::to_string(wanted) +
                          " that the relay may want (\"connections\" in the settings); lower "
                          "that, or " +
                          raise);
  }
}

}  // namespace

void check_sessions(pg::Connection& connection, const Subject& subject, Findings& findings) {
  const SessionBudget& budget = subject.sessions;
  if (budget.here == 0 && budget.as_role == 0 && budget.on_server == 0) return;
  const auto rows = connection.exec(schema::statements::preflight_sessions);
  if (rows.empty()) return;
  const auto row = rows[0];
  const int most = row[0].as<int>();
  const int reserved = row[1].as<int>();
  if (budget.on_server > most - reserved) {
    warning(findings,
            "the server gives " + std::to_string(most - reserved) +
                " session(s) at most (max_connections = " + std::to_string(most) + ", " +
                std::to_string(reserved) + " of them reserved), fewer than the " +
                std::to_string(budget.on_server) +
                " that the relay may want ([relay] connections); lower that to what others leave, "
                "or raise max_connections");
  }
  const std::string role = row[4].c_str();
  const std::string database = row[5].c_str();
  check_limit("role " + role, row[2].as<int>(), budget.as_role, "ALTER ROLE " + role, findings);
  check_limit("database " + database, row[3].as<int>(), budget.here, "ALTER DATABASE " + database,
              findings);
}

}  // namespace relay::preflight
