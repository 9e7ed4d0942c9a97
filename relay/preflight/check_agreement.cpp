#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {

void check_agreement(pg::Connection& connection, const Subject& subject, Findings& findings) {
  for (const auto& row : connection.exec(schema::statements::read_settings)) {
    const auto own = subject.agreed.find(row[0].c_str());
    if (own == subject.agreed.end() || own->second == row[1].c_str()) continue;
    findings.push_back(
        {.severity = Finding::Severity::warning,
         .sentence = "this database works with " + own->first + " = \"" + row[1].c_str() +
                     "\", but these settings say \"" + own->second +
                     "\", so this relay will not claim: change the settings, or stop every "
                     "relay and run \"freshet settings --adopt\"",
         .idles = true});
  }
}

}  // namespace relay::preflight
