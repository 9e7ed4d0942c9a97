#pragma once

#include "relay/pg/connection.hpp"
#include "relay/preflight/finding.hpp"
#include "relay/preflight/outbox_identity.hpp"
#include "relay/preflight/subject.hpp"

namespace relay::preflight {

/// With less a database is served by turns that wait for each other.
inline constexpr int sessions_least = 3;

// One check each; what it finds is added. They throw only when a statement of ours fails.

/// Version 14 or later, a primary that takes writes, UTF-8.
void check_server(pg::Connection& connection, Findings& findings);
/// The server, the role and the database give the sessions that the relay may want; it works with
/// less, so all of this is only warned of.
void check_sessions(pg::Connection& connection, const Subject& subject, Findings& findings);
/// @return false: the tables are not those of this binary, or not where the settings say, and
/// nothing about them can be checked.
bool check_schema(pg::Connection& connection, const Subject& subject, Findings& findings);
/// `direct_url` leads to the same outbox as `url`, which is this one.
void check_direct(const OutboxIdentity& outbox, const Subject& subject, Findings& findings);
/// Sequence without a cache, no row security in the way.
void check_tables(pg::Connection& connection, Findings& findings);
/// All that the relay's role may do; a missing privilege is told with its GRANT.
void check_privileges(pg::Connection& connection, const Subject& subject, Findings& findings);
/// What the relays of this database have agreed on.
void check_agreement(pg::Connection& connection, const Subject& subject, Findings& findings);
/// Every projection's statements, planned over an empty batch.
void check_projections(pg::Connection& connection, const Subject& subject, Findings& findings);

}  // namespace relay::preflight
