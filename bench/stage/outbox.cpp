#include "bench/stage/outbox.hpp"

#include <stdexcept>

namespace bench {
namespace {

void demand(double is, double wanted, const std::string& what) {
  if (is == wanted) return;
  throw std::runtime_error{std::to_string(static_cast<long>(is)) + " " + what + " instead of " +
                           std::to_string(static_cast<long>(wanted))};
}

}  // namespace

void create_read_models(Session& session) {
  session.run(
      "CREATE TABLE bench_state (key text PRIMARY KEY, state text NOT NULL, "
      "events bigint NOT NULL, last_seq bigint NOT NULL);"
      "CREATE TABLE bench_effect (due timestamptz NOT NULL, pid int)");
}

void publish(Session& session, const Backlog& backlog) {
  const std::string number =
      "'INC' || lpad((n % " + std::to_string(backlog.keys) + ")::text, 7, '0')";
  const std::string type = backlog.types == 1
                               ? "'IncidentStateChanged'"
                               : "'Incident' || n % " + std::to_string(backlog.types);
  session.run(
      "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, serialized_event) "
      "SELECT " +
      type + ", 'incident', " + number + ", json_build_object('number', " + number +
      ", 'state', 'Active', 'assignment_group', 'Group ' || n % 70, 'assigned_to', 'Resolver ' || "
      "n, 'priority', '3 - Moderate', 'at', clock_timestamp(), 'note', repeat('x', " +
      std::to_string(backlog.note_bytes) + "))::text FROM generate_series(1, " +
      std::to_string(backlog.events) + ") n");
  if (backlog.analyse) session.run("VACUUM ANALYZE event_publication");
}

std::string state_projection() {
  return R"(
[[projection]]
name = "bench_state"
events = ["Incident*"]
sql = '''
INSERT INTO bench_state AS s (key, state, events, last_seq)
SELECT aggregate_id, (array_agg(payload->>'state' ORDER BY seq DESC))[1], count(*), max(seq)
  FROM events
 GROUP BY aggregate_id
 ORDER BY aggregate_id
    ON CONFLICT (key) DO UPDATE
   SET state = EXCLUDED.state, events = s.events + EXCLUDED.events, last_seq = EXCLUDED.last_seq
'''
)";
}

std::string effect_projection() {
  return R"(
[[projection]]
name = "bench_effect"
events = ["Incident*"]
sql = '''
INSERT INTO bench_effect (due, pid)
SELECT (payload->>'due')::timestamptz, pg_backend_pid() FROM events ORDER BY seq
'''
)";
}

void verify_drained(Session& session, const Backlog& backlog, const std::string& completion) {
  const auto events = static_cast<double>(backlog.events);
  demand(session.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0,
         "incomplete events");
  demand(session.number("SELECT count(*) FROM event_publication"),
         completion == "update" ? events : 0, "events in the outbox");
  if (completion == "archive") {
    demand(session.number("SELECT count(*) FROM event_publication_archive"), events,
           "events in the archive");
  }
  demand(session.number("SELECT coalesce(sum(events), 0) FROM bench_state"), events, "effects");
  demand(session.number("SELECT count(*) FROM processed_events"), events, "guards");
  const std::string share = std::to_string(backlog.events / backlog.keys);
  demand(session.number("SELECT count(*) FROM bench_state WHERE events NOT BETWEEN " + share +
                        " AND " + share + " + 1"),
         0, "keys with more or fewer effects than events");
}

double now(Session& session) {
  return session.number("SELECT extract(epoch FROM clock_timestamp())");
}

double last_commit(Session& session) {
  const std::string latest = "SELECT max(pg_xact_commit_timestamp(xmin)) FROM ";
  return session.number("SELECT extract(epoch FROM greatest((" + latest + "bench_state), (" +
                        latest + "event_publication), (" + latest + "event_publication_archive)))");
}

double first_commit(Session& session) {
  return session.number(
      "SELECT extract(epoch FROM min(pg_xact_commit_timestamp(xmin))) FROM processed_events");
}

double wal_bytes(Session& session) {
  return session.number("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
}

double dead_rows(Session& session) {
  return session.number("SELECT sum(n_dead_tup) FROM pg_stat_user_tables");
}

}  // namespace bench
