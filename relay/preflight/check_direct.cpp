#include "projections/failure.hpp"
#include "relay/preflight/checks.hpp"
#include "relay/preflight/outbox_identity.hpp"

namespace relay::preflight {

// Work goes on without it, so that it cannot be reached is only warned of.
void check_direct(const OutboxIdentity& outbox, const Subject& subject, Findings& findings) {
  if (subject.direct_conninfo.empty()) return;
  std::optional<OutboxIdentity> direct;
  try {
    pg::Connection connection{subject.direct_conninfo,
                              {.application_name = "freshet check", .wanted = pg::Wanted::any}};
    direct = read_outbox_identity(connection);
  } catch (const std::exception&) {
    return warning(findings, "direct_url: " + projections::current_failure().message);
  }
  if (direct && is_same(outbox, *direct)) return;
  fault(findings, "direct_url leads to " +
                      (direct ? "another outbox (database " + direct->database + ", schema " +
                                    direct->schema + ")"
                              : "a database without an outbox") +
                      " than url (database " + outbox.database + ", schema " + outbox.schema +
                      "); point it at the same");
}

}  // namespace relay::preflight
