// Whom failures are blamed on, how often, and when it is tried again.
#include <sstream>

#include "tests/chaos/checker.hpp"

namespace chaos {
namespace {

// A try comes no earlier than its jitter allows (10 %), and no later than everything that a run
// does to the relays can hold it up: pauses by operators, outages, full disks.
constexpr double early = 0.9;
constexpr double jitter_late = 1.1;
constexpr double clock_slack_s = 0.02;
constexpr double outage_s = 90;

std::string array_of(const std::vector<double>& values) {
  std::ostringstream out;
  out << "ARRAY[";
  for (std::size_t i = 0; i < values.size(); ++i) out << (i ? "," : "") << values[i];
  out << "]::float8[]";
  return out.str();
}

void check_times(Verdict& verdict, Session& db, const Listener& l) {
  std::ostringstream sql;
  sql << "SELECT a.event_id, a.attempt, round(p.s::numeric, 2), p.due FROM event_attempt a "
         "JOIN event_attempt b ON b.event_id = a.event_id AND b.listener = a.listener AND "
         "b.attempt = a.attempt + 1 AND b.at > a.at, LATERAL (SELECT extract(epoch FROM "
         "b.at - a.at)::float8 AS s, ("
      << array_of(l.retry_s) << ")[a.attempt] AS due) p WHERE a.listener = '" << l.name
      << "' AND a.error_class = 'event' AND b.error_class = 'event' AND p.due IS NOT NULL AND "
         "(p.s < p.due * "
      << early << " - " << clock_slack_s << " OR p.s > p.due * " << jitter_late << " + " << outage_s
      << ") LIMIT 40";
  each_row_is_wrong(verdict, db,
                    l.name + " tried again at the wrong time (event, attempt, after s, due after)",
                    sql.str());
}

void check_counts(Verdict& verdict, Session& db, const Listener& l) {
  const std::string most = std::to_string(l.attempts_max());
  each_row_is_wrong(verdict, db, l.name + " counted more failures than it may (event, attempts)",
                    "SELECT event_id, attempts FROM event_delivery WHERE listener = '" + l.name +
                        "' AND attempts > " + most + " LIMIT 40");
  each_row_is_wrong(verdict, db, l.name + " gave up at the wrong attempt (event, attempts, class)",
                    "SELECT event_id, attempts, error_class FROM event_delivery WHERE listener = "
                    "'" +
                        l.name + "' AND state = 'dead' AND error_class = 'event' AND attempts <> " +
                        most + " LIMIT 40");
}

}  // namespace

Verdict check_retries(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "failures and retries"};
  verdict.looked_at = db.number("SELECT count(*) FROM event_attempt");
  // Whether a handler is slow or what it waits for is stopped cannot be told: a time-out may be
  // counted, as long as no dead letter comes of it.
  each_row_is_wrong(verdict, db,
                    "a failure was counted where none was planted (listener, event, "
                    "attempt, class, error)",
                    "SELECT a.listener, a.event_id, a.attempt, a.error_class, a.error FROM "
                    "event_attempt a LEFT JOIN chaos_written w USING (event_id) WHERE w.planted "
                    "IS DISTINCT FROM a.listener AND a.error_class <> 'timeout' LIMIT 40");
  each_row_is_wrong(
      verdict, db,
      "a fault of the infrastructure was counted (listener, event, "
      "class, error)",
      "SELECT listener, event_id, error_class, error FROM event_attempt WHERE "
      "error_class NOT IN ('event', 'crash', 'payload', 'timeout', 'refused') LIMIT 40");
  each_row_is_wrong(verdict, db,
                    "a dead letter that no planted failure explains (listener, event, "
                    "attempts, class, error)",
                    "SELECT d.listener, d.event_id, d.attempts, d.error_class, d.last_error FROM "
                    "event_delivery d LEFT JOIN chaos_written w USING (event_id) WHERE d.state = "
                    "'dead' AND w.planted IS DISTINCT FROM d.listener LIMIT 40");
  for (const Listener& l : forwards_of(evidence.cast)) {
    each_row_is_wrong(verdict, db,
                      l.name + " counted what was not refused (event, attempt, class, error)",
                      "SELECT event_id, attempt, error_class, error FROM event_attempt WHERE "
                      "listener = '" +
                          l.name + "' AND error_class <> 'refused' LIMIT 40");
  }
  for (const Listener& l : evidence.cast) {
    check_times(verdict, db, l);
    check_counts(verdict, db, l);
  }
  return verdict;
}

}  // namespace chaos
