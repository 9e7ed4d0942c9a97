#include "relay/preflight/outbox_identity.hpp"

#include <algorithm>

#include "relay/base/in_quotes.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {
namespace {

namespace sql = schema::statements;

bool both_know_the_cluster(const OutboxIdentity& a, const OutboxIdentity& b) {
  return !a.system_identifier.empty() && !b.system_identifier.empty();
}

std::string in_words(const OutboxIdentity& one, const OutboxIdentity& other) {
  const std::string cluster = both_know_the_cluster(one, other)
                                  ? "system identifier " + one.system_identifier
                                  : "a server started at " + one.server_start + " UTC";
  return cluster + ", database " + one.database + ", schema " + one.schema;
}

}  // namespace

bool is_same(const OutboxIdentity& a, const OutboxIdentity& b) {
  if (a.database != b.database || a.schema != b.schema) return false;
  return both_know_the_cluster(a, b) ? a.system_identifier == b.system_identifier
                                     : a.server_start == b.server_start;
}

std::optional<OutboxIdentity> read_outbox_identity(pg::Connection& connection) {
  const pqxx::result rows = connection.exec(sql::outbox_identity);
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  OutboxIdentity identity{.system_identifier = {},
                          .server_start = row[2].c_str(),
                          .database = row[0].c_str(),
                          .schema = row[1].c_str(),
                          .role = row[4].c_str()};
  if (row[3].as<bool>()) {
    identity.system_identifier = connection.exec(sql::system_identifier)[0][0].c_str();
  }
  return identity;
}

Findings compare_outbox(const NamedOutbox& one, std::span<const NamedOutbox> others) {
  Findings findings;
  const auto first = std::ranges::find_if(
      others, [&](const NamedOutbox& other) { return is_same(other.identity, one.identity); });
  if (first != others.end()) {
    fault(findings, "it is the same outbox as " + in_quotes(first->name) + " (" +
                        in_words(one.identity, first->identity) + "); remove one of them");
  }
  return findings;
}

Findings told_by_start(const std::vector<NamedOutbox>& outboxes) {
  Findings findings;
  if (outboxes.size() < 2) return findings;
  for (const NamedOutbox& one : outboxes) {
    if (!one.identity.system_identifier.empty()) continue;
    warning(findings, "database " + in_quotes(one.name) +
                          ": whether it is another's outbox is told by its server's start alone, "
                          "since the role may not read the cluster's identifier; run: GRANT "
                          "EXECUTE ON FUNCTION pg_control_system() TO " +
                          one.identity.role + ";");
  }
  return findings;
}

}  // namespace relay::preflight
