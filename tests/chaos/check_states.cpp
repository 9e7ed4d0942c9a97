// Each event in one state, each delivery with a reason, guards beside effects.
#include "tests/chaos/checker.hpp"

namespace chaos {

Verdict check_states(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "one state each"};
  verdict.looked_at = db.number("SELECT count(*) FROM chaos_written");
  each_row_is_wrong(verdict, db, "still pending (event, seq)",
                    "SELECT id, seq FROM event_publication WHERE completion_date IS NULL AND NOT "
                    "parked LIMIT 40");
  each_row_is_wrong(verdict, db, "parked without a delivery (event)",
                    "SELECT p.id FROM event_publication p WHERE p.parked AND NOT EXISTS (SELECT "
                    "FROM event_delivery d WHERE d.event_id = p.id) LIMIT 40");
  each_row_is_wrong(verdict, db, "completed and parked (event)",
                    "SELECT id FROM event_publication WHERE parked AND completion_date IS NOT NULL "
                    "LIMIT 40");
  each_row_is_wrong(verdict, db, "completed with an open delivery (event, listener, state)",
                    "SELECT d.event_id, d.listener, d.state FROM event_delivery d LEFT JOIN "
                    "event_publication p ON p.id = d.event_id WHERE p.id IS NULL OR "
                    "p.completion_date IS NOT NULL OR NOT p.parked LIMIT 40");
  const std::string elsewhere = "(SELECT FROM event_publication_archive a WHERE a.id = w.event_id)";
  if (evidence.completion == "update") {
    each_row_is_wrong(verdict, db, "committed and gone from the outbox (event)",
                      "SELECT w.event_id FROM chaos_written w WHERE NOT EXISTS (SELECT FROM "
                      "event_publication p WHERE p.id = w.event_id) LIMIT 40");
  } else {
    each_row_is_wrong(verdict, db, "completed and not taken away (event)",
                      "SELECT id FROM event_publication WHERE completion_date IS NOT NULL LIMIT "
                      "40");
  }
  if (evidence.completion == "archive") {
    each_row_is_wrong(verdict, db, "in the outbox and the archive, or in neither (event)",
                      "SELECT w.event_id FROM chaos_written w WHERE EXISTS " + elsewhere +
                          " = EXISTS (SELECT FROM event_publication p WHERE p.id = w.event_id) "
                          "LIMIT 40");
  }
  return verdict;
}

Verdict check_waiting(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "waiting has a reason"};
  verdict.looked_at = db.number("SELECT count(*) FROM event_delivery");
  each_row_is_wrong(verdict, db, "not drained (event, listener, state, key)",
                    "SELECT event_id, listener, state, key FROM event_delivery WHERE state NOT IN "
                    "('dead', 'waiting') LIMIT 40");
  for (const Listener& l : evidence.cast) {
    each_row_is_wrong(verdict, db, l.name + " keeps waiting what nothing before holds (event, key)",
                      "SELECT d.event_id, d.key FROM " + deliveries_of(l) +
                          " WHERE d.state = 'waiting' AND NOT " + waits_by_right + " LIMIT 40");
    if (l.is_forward()) continue;
    each_row_is_wrong(verdict, db, l.name + " waits for and has applied (event, state)",
                      "SELECT d.event_id, d.state FROM event_delivery d JOIN effects_" + l.name +
                          " e ON e.event_id = d.event_id WHERE d.listener = '" + l.name +
                          "' LIMIT 40");
  }
  return verdict;
}

// Relays from before upkeep have no such table.
Verdict check_repairs(Session& db) {
  Verdict verdict{.check = "nothing needed repair"};
  if (db.text("SELECT to_regclass('upkeep_repair')").empty()) return verdict;
  verdict.looked_at = 1;
  each_row_is_wrong(
      verdict, db, "upkeep repaired (kind, times, last at, events)",
      "SELECT kind, repaired, last_at, last_ids FROM upkeep_repair WHERE repaired > 0");
  return verdict;
}

Verdict check_guards(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "guards equal effects"};
  verdict.looked_at = db.number("SELECT count(*) FROM processed_events");
  for (const Listener& l : projections_of(evidence.cast)) {
    if (l.by_completion) {
      each_row_is_wrong(
          verdict, db, l.name + " has a guard and wants none",
          "SELECT idempotency_key FROM processed_events WHERE idempotency_key LIKE '" + l.name +
              ":%' LIMIT 40");
      continue;
    }
    each_row_is_wrong(
        verdict, db, l.name + " has a guard without an effect, or the other way (guard, event)",
        "SELECT g.idempotency_key, e.event_id FROM (SELECT * FROM processed_events WHERE "
        "idempotency_key LIKE '" +
            l.name + ":%') g FULL JOIN effects_" + l.name + " e ON g.idempotency_key = '" + l.name +
            ":' || e.event_id WHERE g.idempotency_key IS NULL OR e.event_id IS NULL LIMIT 40");
  }
  return verdict;
}

Verdict check_freshness(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "freshness only rises", .looked_at = evidence.looks};
  for (const Relapse& r : evidence.relapses) {
    bool excused = false;
    for (const Listener& l : projections_of(evidence.cast)) {
      if (l.name != r.listener || !l.skips) continue;
      excused = db.number("SELECT count(*) FROM chaos_written WHERE key = $1 AND planted = $2",
                          {r.what, r.listener}) > 0;
    }
    if (excused) continue;
    verdict.violations.push_back("a reader of " + r.listener + " saw " + r.what + " fall from " +
                                 r.from + " to " + r.to);
  }
  return verdict;
}

Verdict check_sessions(Session& db) {
  Verdict verdict{.check = "nothing left in the server"};
  verdict.looked_at = db.number("SELECT count(*) FROM pg_stat_activity");
  each_row_is_wrong(verdict, db, "an idle transaction (process id, application, since)",
                    "SELECT pid, application_name, xact_start FROM pg_stat_activity WHERE datname "
                    "= current_database() AND state LIKE 'idle in transaction%' AND state_change < "
                    "clock_timestamp() - interval '2 s'");
  // A batch under way shares event_lane's to its end; left in a session it would outlive that.
  each_row_is_wrong(verdict, db, "an advisory lock (process id)",
                    "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database LEFT "
                    "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND "
                    "d.datname = current_database() AND (l.mode <> 'ShareLock' OR l.classid <> "
                    "'event_lane'::regclass OR (a.state = 'idle' AND a.state_change < "
                    "clock_timestamp() - interval '2 s'))");
  each_row_is_wrong(verdict, db, "a prepared transaction (name)",
                    "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()");
  return verdict;
}

}  // namespace chaos
