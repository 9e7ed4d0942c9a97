#include "tests/support/incident_log.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <pqxx/pqxx>

#include "projections/tx.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/process.hpp"

namespace tests {
namespace {

std::string path() {
  const char* given = std::getenv("FRESHET_INCIDENT_LOG");
  return given != nullptr ? given
                          : tests::source_dir() + "/../shared/data/incident_event_log.csv.gz";
}

// Read once per process.
const std::string& text() {
  static const std::string read = [] {
    const Ended gzip = run_command({"gzip", "-dc", path()});
    if (gzip.code != 0) throw std::runtime_error{"gzip " + path() + ": " + gzip.err};
    return gzip.out;
  }();
  return read;
}

// No field of the file is quoted. Dates are DD-MM-YYYY HH:MM, taken as UTC.
constexpr const char* fill_log =
    "INSERT INTO log (n, number, state, priority, assignment_group, assigned_to, at) "
    "SELECT place - 1, f[1], f[2], f[23], f[24], f[25], (substr(f[14], 7, 4) || '-' || "
    "       substr(f[14], 4, 2) || '-' || substr(f[14], 1, 2) || substr(f[14], 11) || ' UTC')"
    "       ::timestamptz "
    "  FROM string_to_table(rtrim($1, E'\\r\\n'), E'\\n') WITH ORDINALITY AS lines (line, place), "
    "       string_to_array(line, ',') AS f "
    " WHERE place BETWEEN 2 AND $2::bigint + 1";

constexpr const char* header_matches =
    "SELECT concat(f[1], f[2], f[14], f[23], f[24], f[25]) = "
    "       'numberincident_statesys_updated_atpriorityassignment_groupassigned_to' "
    "  FROM string_to_array(split_part($1, E'\\n', 1), ',') AS f";

constexpr const char* publish_log = R"(
INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id)
SELECT CASE WHEN before IS NULL THEN 'IncidentCreated'
            WHEN (before).state <> (now).state THEN 'IncidentMoved'
            WHEN (before).assignment_group <> (now).assignment_group THEN 'IncidentReassigned'
            WHEN (before).assigned_to <> (now).assigned_to THEN 'IncidentAssigned'
            ELSE 'IncidentUpdated' END,
       jsonb_strip_nulls(jsonb_build_object(
         'number', number, 'state', (now).state,
         'assignment_group', nullif((now).assignment_group, absent),
         'assigned_to', nullif((now).assigned_to, absent),
         'priority', nullif((now).priority, absent),
         'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))::text,
       'incident', number
  FROM (SELECT log AS now, lag(log) OVER (PARTITION BY number ORDER BY n) AS before, n, number, at,
               CASE n % 2 WHEN 0 THEN '?' END AS absent
          FROM log) AS change
 ORDER BY n;
UPDATE log SET event_id = id, seq = event.seq
  FROM (SELECT *, row_number() OVER (ORDER BY seq) AS place FROM event_publication) AS event
 WHERE place = n AND aggregate_id = number)";

constexpr const char* board = R"(
SELECT DISTINCT number, last_value(state) OVER incident, last_value(assignment_group) OVER incident,
       last_value(assigned_to) OVER incident, last_value(priority) OVER incident,
       first_value(at) OVER incident, last_value(at) OVER incident, last_value(seq) OVER incident
  FROM log
WINDOW incident AS (PARTITION BY number ORDER BY n
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))";

constexpr const char* open_by_group = R"(
SELECT assignment_group, count(*)
  FROM (SELECT *, row_number() OVER (PARTITION BY number ORDER BY n DESC) AS back FROM log) AS l
 WHERE back = 1 AND state <> ALL ('{Resolved,Closed,Canceled}')
 GROUP BY assignment_group)";

constexpr const char* time_in_state = R"(
SELECT number, state, sum(extract(epoch FROM until) - extract(epoch FROM at))
  FROM (SELECT *, lead(at) OVER (PARTITION BY number ORDER BY n) AS until FROM log) AS stay
 WHERE until IS NOT NULL
 GROUP BY number, state)";

constexpr const char* effects = "SELECT event_id, number, seq FROM log";

constexpr const char* overtaken =
    "SELECT string_agg('out of order: ' || key || ' seq ' || seq || ' after ' || earlier, E'\\n') "
    "  FROM (SELECT key, seq, lag(seq) OVER (PARTITION BY key ORDER BY pos) AS earlier "
    "          FROM effects) AS e WHERE seq <= earlier";

// The first rows that one has and the other has not, with how often.
std::string compare(const TestDatabase& db, const std::string& title, const std::string& actual,
                    const std::string& expected) {
  const std::string lines = db.value(
      "WITH expected AS (" + expected + "), actual AS (" + actual +
      ") "
      "SELECT string_agg(line, E'\\n') FROM ("
      "  (SELECT 'missing    ' || e::text AS line "
      "     FROM (SELECT * FROM expected EXCEPT ALL SELECT * FROM actual) AS e LIMIT 10) UNION ALL "
      "  (SELECT 'unexpected ' || a::text "
      "     FROM (SELECT * FROM actual EXCEPT ALL SELECT * FROM expected) AS a LIMIT 10)) AS d");
  return lines.empty() ? "" : title + ":\n" + lines + "\n";
}

}  // namespace

std::optional<std::string> IncidentLog::missing() {
  if (std::filesystem::exists(path())) return std::nullopt;
  return "the incident log is not at " + path() + "; FRESHET_INCIDENT_LOG can name another place";
}

IncidentLog::IncidentLog(const TestDatabase& db, int rows) : db_(db) {
  db_.run(
      "CREATE TABLE log (n int PRIMARY KEY, number text NOT NULL, state text NOT NULL, "
      "priority text NOT NULL, assignment_group text NOT NULL, assigned_to text NOT NULL, "
      "at timestamptz NOT NULL, event_id uuid, seq bigint)");
  pqxx::connection connection{db_.url()};
  pqxx::work work{connection};
  projections::Tx tx{work};
  if (!tx.exec_unchecked(header_matches, text())[0][0].as<bool>()) {
    throw std::runtime_error{path() + " has other columns than the incident log"};
  }
  events_ = static_cast<long>(tx.exec_unchecked(fill_log, text(), rows).affected_rows());
  work.commit();
}

void IncidentLog::publish() const {
  const auto numbered = static_cast<long>(db_.run(publish_log).affected_rows());
  if (numbered != events_) throw std::runtime_error{"seq does not follow the log's order"};
}

std::string IncidentLog::differences() const {
  return compare(db_, "incident_board", "SELECT * FROM incident_board", board) +
         compare(db_, "open_by_group", "SELECT * FROM open_by_group", open_by_group) +
         compare(db_, "time_in_state", "SELECT * FROM time_in_state", time_in_state);
}

std::string IncidentLog::effect_differences() const {
  return compare(db_, "effects", "SELECT event_id, key, seq FROM effects", effects) +
         db_.value(overtaken);
}

}  // namespace tests
