#include <utility>

#include "projections/array_literal.hpp"
#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {
namespace {

using Needed = std::vector<std::pair<std::string, std::vector<std::string>>>;

Needed needed_for(const std::string& completion) {
  Needed needed = {
      {"event_publication", {"SELECT", "UPDATE"}},
      {"processed_events", {"SELECT", "INSERT", "DELETE"}},
      {"event_listener", {"SELECT", "INSERT", "UPDATE"}},
      {"event_lane", {"SELECT", "INSERT", "UPDATE"}},
      {"event_delivery", {"SELECT", "INSERT", "UPDATE", "DELETE"}},
      {"event_attempt", {"SELECT", "INSERT", "DELETE"}},
      {"event_suspect", {"SELECT", "INSERT", "UPDATE", "DELETE"}},
      {"projection_freshness", {"SELECT", "INSERT", "UPDATE"}},
      {"relay_instance", {"SELECT", "INSERT", "UPDATE"}},
      {"freshet_setting", {"SELECT", "INSERT", "UPDATE"}},
      {"event_floor", {"SELECT", "INSERT", "UPDATE"}},
      {"server_run", {"SELECT", "INSERT"}},
      {"upkeep_lease", {"SELECT", "UPDATE"}},
      {"upkeep_sweep", {"SELECT", "INSERT", "UPDATE"}},
      {"upkeep_repair", {"SELECT", "INSERT", "UPDATE"}},
      {"event_publication_seq_seq", {"SELECT"}},
      {"event_delivery_place_seq", {"SELECT", "USAGE"}},
  };
  if (completion != "update") needed[0].second.emplace_back("DELETE");
  if (completion == "archive") {
    needed.push_back({"event_publication_archive", {"SELECT", "INSERT"}});
  }
  return needed;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

void check_privileges(pg::Connection& connection, const Subject& subject, Findings& findings) {
  const auto completion = subject.agreed.find("completion");
  std::vector<std::string> tables;
  std::vector<std::string> privileges;
  for (const auto& [table, wanted] :
       needed_for(completion == subject.agreed.end() ? "update" : completion->second)) {
    for (const std::string& privilege : wanted) {
      tables.push_back(table);
      privileges.push_back(privilege);
    }
  }
  std::map<std::string, std::vector<std::string>> missing;
  for (const auto& row :
       connection.exec(schema::statements::preflight_privileges, projections::array_literal(tables),
                       projections::array_literal(privileges))) {
    missing[row[0].c_str()].emplace_back(row[1].c_str());
  }
  if (missing.empty()) return;
  const std::string role = connection.exec(schema::statements::preflight_tables)[0][2].c_str();
  const std::string where =
      subject.schema.empty() ? "" : connection.quote_name(subject.schema) + ".";
  for (const auto& [name, lacking] : missing) {
    const bool sequence = name.ends_with("_seq");
    const std::string table = where + name;
    fault(findings, "role " + role + " lacks " + joined(lacking) + " on " + table +
                        "; run: GRANT " + joined(lacking) + " ON " + (sequence ? "SEQUENCE " : "") +
                        table + " TO " + role + ";");
  }
}

}  // namespace relay::preflight
