#include "bench/stage/outbox.hpp"

#include <algorithm>
#include <stdexcept>

namespace bench {
namespace {

std::string table(int projection) {
  return projection == 1 ? "bench_state" : "bench_state_" + std::to_string(projection);
}

std::string payload(const Backlog& backlog, const std::string& number) {
  const auto text = [](long bytes) { return std::to_string(bytes); };
  if (backlog.payload_bytes < 250) {
    return "json_build_object('state', 'Active', 'note', repeat('x', " +
           text(backlog.payload_bytes - 32) + "))";
  }
  const long rest = backlog.payload_bytes - 210;
  const std::string note = backlog.payload_bytes < 2'000
                               ? "repeat('x', " + text(rest) + ")"
                               : "(SELECT left(string_agg(md5(i::text), ''), " + text(rest) +
                                     ") FROM generate_series(1, " + text(rest / 32 + 1) + ") i)";
  return "json_build_object('number', " + number +
         ", 'state', 'Active', 'assignment_group', 'Group ' || n % 70, 'assigned_to', "
         "'Resolver ' || n, 'priority', '3 - Moderate', 'at', clock_timestamp(), 'note', " +
         note + ")";
}

// Events number `first` to `last` of a backlog.
void insert(Session& session, const Backlog& backlog, long first, long last) {
  const std::string number =
      "'INC' || lpad((n % " + std::to_string(backlog.keys) + ")::text, 7, '0')";
  const std::string type = backlog.types == 1
                               ? "'IncidentStateChanged'"
                               : "'Incident' || n % " + std::to_string(backlog.types);
  session.run(
      "INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, serialized_event) "
      "SELECT " +
      type + ", 'incident', " + number + ", " + payload(backlog, number) +
      "::text FROM generate_series(" + std::to_string(first) + ", " + std::to_string(last) + ") n");
}

// As the relay leaves them: parked, with a delivery that says why.
void insert_dead_letters(Session& session, long count) {
  session.run(
      "WITH bad AS (INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, "
      "serialized_event, parked) SELECT 'IncidentBroken', 'incident', 'BAD' || n, '{}', true "
      "FROM generate_series(1, " +
      std::to_string(count) +
      ") n "
      "RETURNING id, seq, aggregate_type, aggregate_id) "
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts, "
      "error_class, last_error, first_failed_at) "
      "SELECT id, 'bench_state', freshet_lane(aggregate_type, aggregate_id, id), seq, "
      "aggregate_type || chr(31) || aggregate_id, 'dead', 6, 'event', 'of the bench', "
      "clock_timestamp() FROM bad");
}

}  // namespace

std::string Backlog::text() const {
  return std::to_string(events) + " " + std::to_string(keys) + " " + std::to_string(types) + " " +
         std::to_string(payload_bytes) + " " + std::to_string(static_cast<int>(statistics)) + " " +
         std::to_string(dead_letters) + " " + std::to_string(projections);
}

void create_read_models(Session& session, int projections) {
  session.run("CREATE TABLE bench_effect (due timestamptz NOT NULL, pid int)");
  for (int i = 1; i <= projections; ++i) {
    session.run("CREATE TABLE " + table(i) +
                " (key text PRIMARY KEY, state text NOT NULL, events bigint NOT NULL, "
                "last_seq bigint NOT NULL)");
  }
}

void wake_by_trigger(Session& session) {
  session.run(
      "CREATE TRIGGER wake_freshet AFTER INSERT ON event_publication FOR EACH STATEMENT "
      "EXECUTE FUNCTION freshet_notify()");
}

void publish(Session& session, const Backlog& backlog) {
  long first = 1;
  if (backlog.statistics != Statistics::fresh) {
    session.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
  }
  if (backlog.statistics == Statistics::stale) {
    first = backlog.events / 100 + 1;
    insert(session, backlog, 1, first - 1);
    session.run("ANALYZE event_publication");
  }
  insert(session, backlog, first, backlog.events);
  if (backlog.dead_letters > 0) insert_dead_letters(session, backlog.dead_letters);
  if (backlog.statistics == Statistics::fresh) session.run("VACUUM ANALYZE");
}

std::string state_projections(int projections, bool guards) {
  std::string text;
  for (int i = 1; i <= projections; ++i) {
    text += "[[projection]]\nname = \"" + table(i) + "\"\nevents = [\"Incident*\"]\n";
    if (!guards) text += "guard = \"completion\"\n";
    text += "sql = '''\nINSERT INTO " + table(i) + R"( AS s (key, state, events, last_seq)
SELECT aggregate_id, (array_agg(payload->>'state' ORDER BY seq DESC))[1], count(*), max(seq)
  FROM events
 GROUP BY aggregate_id
 ORDER BY aggregate_id
    ON CONFLICT (key) DO UPDATE
   SET state = EXCLUDED.state, events = s.events + EXCLUDED.events, last_seq = EXCLUDED.last_seq
'''
)";
  }
  return text;
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

void demand(double is, double wanted, const std::string& what) {
  if (is == wanted) return;
  throw std::runtime_error{std::to_string(static_cast<long>(is)) + " " + what + " instead of " +
                           std::to_string(static_cast<long>(wanted))};
}

void verify_complete(Session& session, long but) {
  demand(session.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"),
         static_cast<double>(but), "incomplete events");
}

void verify_drained(Session& session, const Backlog& backlog, const std::string& completion) {
  const auto events = static_cast<double>(backlog.events);
  const auto dead = static_cast<double>(backlog.dead_letters);
  verify_complete(session, backlog.dead_letters);
  demand(session.number("SELECT count(*) FROM event_publication"),
         dead + (completion == "update" ? events : 0), "events in the outbox");
  if (completion == "archive") {
    demand(session.number("SELECT count(*) FROM event_publication_archive"), events,
           "events in the archive");
  }
  demand(session.number("SELECT count(*) FROM event_delivery"), dead, "open deliveries");
  demand(session.number("SELECT count(*) FROM processed_events"),
         backlog.guards ? events * backlog.projections : 0, "guards");
  const std::string share = std::to_string(backlog.events / backlog.keys);
  for (int i = 1; i <= backlog.projections; ++i) {
    demand(session.number("SELECT coalesce(sum(events), 0) FROM " + table(i)), events, "effects");
    demand(session.number("SELECT count(*) FROM " + table(i) + " WHERE events NOT BETWEEN " +
                          share + " AND " + share + " + 1"),
           0, "keys with more or fewer effects than events");
  }
}

double now(Session& session) {
  return session.number("SELECT extract(epoch FROM clock_timestamp())");
}

double last_commit(Session& session) {
  const std::string latest = "SELECT max(pg_xact_commit_timestamp(xmin)) FROM ";
  return session.number("SELECT extract(epoch FROM greatest((" + latest + "bench_state), (" +
                        latest + "event_publication), (" + latest + "event_publication_archive)))");
}

std::optional<double> rate_after_first(Session& session, const Backlog& backlog, double end) {
  const auto rows = session.run(
      "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)), count(*) FROM " +
      std::string{backlog.guards ? "processed_events"
                                 : "event_publication WHERE completion_date IS NOT NULL"} +
      " GROUP BY 1 ORDER BY 1 LIMIT 1");
  if (rows.empty()) return std::nullopt;
  const int per_event = backlog.guards ? backlog.projections : 1;
  const double rest = static_cast<double>(backlog.events) - std::stod(rows[0].at(1)) / per_event;
  return std::max(1e-6, rest) / std::max(1e-6, end - std::stod(rows[0].at(0)));
}

double wal_bytes(Session& session) {
  return session.number("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
}

double full_pages(Session& session) {
  return session.number("SELECT wal_fpi FROM pg_stat_wal");
}

double dead_rows(Session& session) {
  return session.number("SELECT sum(n_dead_tup) FROM pg_stat_user_tables");
}

}  // namespace bench
