#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/chaos/history.hpp"
#include "tests/chaos/idle_watch.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/chaos/moment.hpp"
#include "tests/chaos/observer.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// What one check looked at and what it found wrong.
struct Verdict {
  std::string check;
  long looked_at = 0;
  std::vector<std::string> violations;  ///< At most a few dozen are spelled out.
};

/// What the checks judge: the database after everything was healed and had its time to drain, and
/// what writers and observer remember.
struct Evidence {
  Cast cast = cast_of(Company::both);
  std::string completion = "update";  ///< What becomes of completed events: update|delete|archive.
  std::map<long, History::Transaction> transactions;
  std::vector<Relapse> relapses;
  long looks = 0;
  std::vector<Moment> moments;        ///< What struck.
  std::vector<IdleTransaction> idle;  ///< What was seen of transactions that wait.
};

/// Every check of the database, in order. @throws DatabaseError when the database cannot be asked.
std::vector<Verdict> check_database(Session& db, const Evidence& evidence);

// The checks, each a file of its own or with its kin.

/// What writers were told is what the database holds.
Verdict check_writes(Session& db, const Evidence& evidence);
/// Every committed event took effect or is a visible dead letter or waits behind an earlier event.
Verdict check_loss(Session& db, const Evidence& evidence);
/// No effect without an event, none that was given up, and each says what its event says.
Verdict check_phantoms(Session& db, const Evidence& evidence);
/// One effect per listener and event, and sums that say the same.
Verdict check_once(Session& db, const Evidence& evidence);
/// Effects of a key in the order of its events, without holes but the dead.
Verdict check_order(Session& db, const Evidence& evidence);
/// Only planted failures were counted, as often and as far apart as the schedule says.
Verdict check_retries(Session& db, const Evidence& evidence);
/// Every event is in exactly one state.
Verdict check_states(Session& db, const Evidence& evidence);
/// A delivery waits behind something, and only then.
Verdict check_waiting(Session& db, const Evidence& evidence);
/// The relays' own upkeep found nothing to put right: what it repaired was wrong before.
Verdict check_repairs(Session& db);
/// Guards say the same as effects.
Verdict check_guards(Session& db, const Evidence& evidence);
/// Every committed event is in the topics of each forward that wants it, or a dead letter, and in
/// none of another; each record says what its event says, and a key keeps its partition.
Verdict check_records(Session& db, const Evidence& evidence);
/// First occurrences of a key in the order of its events, without holes but the dead.
Verdict check_record_order(Session& db, const Evidence& evidence);
/// An event is there again only where something struck between, and no more often than that allows.
Verdict check_repeats(Session& db, const Evidence& evidence);
/// No transaction waits for a broker that is known to be gone.
Verdict check_idle(const Evidence& evidence);
/// What a reader saw never went back.
Verdict check_freshness(Session& db, const Evidence& evidence);
/// No open transaction, lock or prepared transaction is left in the server.
Verdict check_sessions(Session& db);

/// What a FROM takes: the listener's deliveries as d, each with held_from: the first event of its
/// key that holds what comes behind it. A later one holds nothing.
std::string deliveries_of(const Listener& l);
/// A condition over those: it waits, and behind an event that was drawn before it. Never NULL.
inline constexpr char waits_by_right[] =
    "coalesce(d.state = 'waiting' AND d.held_from < d.seq, false)";

/// Adds a violation "what: column, column, …" for each row of a query.
void each_row_is_wrong(Verdict& verdict, Session& db, const std::string& what,
                       const std::string& sql);

}  // namespace chaos
