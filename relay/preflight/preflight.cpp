#include "relay/preflight/preflight.hpp"

#include <utility>

#include "projections/failure.hpp"
#include "relay/pg/connection.hpp"
#include "relay/preflight/checks.hpp"

namespace relay::preflight {
namespace {

/// A check that cannot be made is a finding; the ones after it are made all the same.
template <class Check>
void make(Check check, const char* what, Findings& findings, auto say) {
  try {
    check();
  } catch (const std::exception&) {
    say(findings,
        std::string{"cannot check "} + what + ": " + projections::current_failure().message);
  }
}
template <class Check>
void make(Check check, const char* what, Findings& findings) {
  make(check, what, findings, fault);
}

void check_all(pg::Connection& connection, const Subject& subject, Findings& findings,
               std::optional<OutboxIdentity>* outbox) {
  make([&] { check_server(connection, findings); }, "the server", findings);
  make([&] { check_sessions(connection, subject, findings); }, "its sessions", findings, warning);
  bool current = false;
  make([&] { current = check_schema(connection, subject, findings); }, "the schema", findings);
  if (!current) return;
  std::optional<OutboxIdentity> identity;
  make([&] { identity = read_outbox_identity(connection); }, "which outbox it is", findings);
  if (identity) check_direct(*identity, subject, findings);
  if (outbox != nullptr) *outbox = std::move(identity);
  make([&] { check_tables(connection, findings); }, "the tables", findings);
  make([&] { check_privileges(connection, subject, findings); }, "the privileges", findings);
  make([&] { check_agreement(connection, subject, findings); }, "freshet_setting", findings);
  make([&] { check_projections(connection, subject, findings); }, "the projections", findings);
}

}  // namespace

Findings inspect(const Subject& subject, std::optional<OutboxIdentity>* outbox) {
  Findings findings;
  try {
    pg::Connection connection{subject.conninfo,
                              {.application_name = "freshet check", .wanted = pg::Wanted::any}};
    const auto limit = connection.within(subject.time);
    check_all(connection, subject, findings, outbox);
    if (!limit.expired()) return findings;
    findings.clear();  // what failed in its last moments says nothing of the database
    fault(findings,
          connection.description() + " is slow: it did not answer all checks within " +
              std::to_string(std::chrono::floor<std::chrono::seconds>(subject.time).count()) +
              " s");
  } catch (const pg::ConnectError& error) {
    fault(findings, error.what());
  } catch (const std::exception&) {
    fault(findings, projections::current_failure().message);
  }
  return findings;
}

}  // namespace relay::preflight
