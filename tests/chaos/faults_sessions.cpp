// What other sessions and administrators do in the same database.
#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

void pin_snapshot(Arena& arena, Random& random) {
  Session session = arena.admin();
  session.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM chaos_key");
  hold(random, 4, 12);
}

void lock_table(Arena& arena, Random& random) {
  const std::vector<std::string> tables = {"event_publication", "processed_events", "event_lane",
                                           "event_delivery",    "event_listener",   "effects_board",
                                           "state_tally",       "effects_far"};
  Session session = arena.admin();
  session.exec("BEGIN; SET LOCAL lock_timeout = '4s'; LOCK TABLE " +
               tables[random() % tables.size()] + " IN ACCESS EXCLUSIVE MODE");
  hold(random, 0.5, 4);
  session.exec("ROLLBACK");
}

// An application that locks rows of the read models against the order that relays take them in.
void deadlock(Arena& arena, Random& random) {
  const std::string recent =
      " SET sum = sum WHERE key IN (SELECT key FROM effects_tally WHERE pos > (SELECT max(pos) - "
      "100 "
      "FROM effects_tally)); SELECT pg_sleep(0.05); ";
  Session session = arena.admin();
  for (int i = 0; i < 8; ++i) {
    try {
      session.exec("BEGIN; SET LOCAL lock_timeout = '3s'; UPDATE state_tally" + recent +
                   "UPDATE state_board" + recent + "ROLLBACK");
    } catch (const DatabaseError& error) {
      if (error.lost) throw;
      session.exec("ROLLBACK");
    }
    hold(random, 0, 0.05);
  }
}

// The change, time for it to hurt, and the change back; whatever the sessions had, they start anew.
void change(Arena& arena, Random& random, const std::string& to, const std::string& back,
            bool for_new_sessions) {
  {
    Session admin = arena.admin();
    admin.exec(to);
    if (for_new_sessions) end_sessions(admin);
  }
  hold(random, 1, 5);
  Session admin = arena.admin();
  admin.exec(back);
  if (for_new_sessions) end_sessions(admin);
}

void read_only(Arena& arena, Random& random) {
  arena.admin().exec("ALTER SYSTEM SET default_transaction_read_only = on");
  arena.admin().exec("SELECT pg_reload_conf()");
  hold(random, 1, 4);
  arena.admin().exec("ALTER SYSTEM RESET default_transaction_read_only");
  arena.admin().exec("SELECT pg_reload_conf()");
}

}  // namespace

std::vector<Fault> session_faults() {
  return {
      {"pinned-snapshot", Track::servers, 1, pin_snapshot},
      {"table-lock", Track::servers, 4, lock_table},
      {"deadlock", Track::servers, 3, deadlock},
      {"read-only", Track::servers, 2, read_only},
      {"serializable", Track::servers, 2,
       [](Arena& a, Random& r) {
         change(a, r, "ALTER ROLE chaos_relay SET default_transaction_isolation = 'serializable'",
                "ALTER ROLE chaos_relay RESET default_transaction_isolation", true);
       }},
      {"connection-limit", Track::servers, 2,
       [](Arena& a, Random& r) {
         change(a, r, "ALTER ROLE chaos_relay CONNECTION LIMIT 1",
                "ALTER ROLE chaos_relay CONNECTION LIMIT -1", true);
       }},
      {"sessions-end", Track::servers, 2,
       [](Arena& a, Random& r) {
         for (int i = 0; i < 5; ++i) {
           Session admin = a.admin();
           end_sessions(admin);
           hold(r, 0.1, 0.6);
         }
       }},
      {"privilege-lost", Track::servers, 1,
       [](Arena& a, Random& r) {
         change(a, r, "REVOKE INSERT ON effects_tally FROM chaos_relay",
                "GRANT INSERT ON effects_tally TO chaos_relay", false);
       }},
  };
}

}  // namespace chaos
