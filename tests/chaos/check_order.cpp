// Order per key: how effects follow each other, and what stands between them.
#include "tests/chaos/checker.hpp"

namespace chaos {
namespace {

// What a listener that skips failed at is out of order by its nature once it is retried.
std::string in_line(const Listener& l) {
  return l.skips ? " AND w.planted IS DISTINCT FROM '" + l.name + "'" : "";
}

std::string discarded(const std::string& listener) {
  return "EXISTS (SELECT FROM chaos_discard c WHERE c.event_id = w.event_id AND c.listener = '" +
         listener + "' AND c.confirmed IS DISTINCT FROM false)";
}

}  // namespace

Verdict check_order(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "order per key"};
  for (const Listener& l : projections_of(evidence.cast)) {
    verdict.looked_at +=
        db.number("SELECT count(*) FROM effects_" + l.name + " WHERE key IS NOT NULL");
    each_row_is_wrong(
        verdict, db, l.name + " applied too late (key, position, after position, event)",
        "SELECT key, kpos, before, event_id FROM (SELECT e.key, e.kpos, e.event_id, e.pos, "
        "max(e.kpos) OVER (PARTITION BY e.key ORDER BY e.pos ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND 1 PRECEDING) AS before FROM effects_" +
            l.name + " e JOIN chaos_written w ON w.event_id = e.event_id WHERE e.key IS NOT NULL" +
            in_line(l) + ") f WHERE before > kpos ORDER BY pos LIMIT 40");
    const std::string may_pass = l.skips ? "coalesce(d.state, '') <> 'dead' AND " : "";
    each_row_is_wrong(
        verdict, db, l.name + " stepped over (key, position, its delivery, up to position)",
        "SELECT w.key, w.kpos, coalesce(d.state, 'none'), last.kpos FROM chaos_written w "
        "LEFT JOIN event_delivery d ON d.event_id = w.event_id AND d.listener = '" +
            l.name + "' JOIN LATERAL (SELECT max(e.kpos) AS kpos FROM effects_" + l.name +
            " e WHERE e.key = w.key) last ON last.kpos > w.kpos WHERE w.key IS NOT NULL AND " +
            l.wants() + " AND " + may_pass + "NOT EXISTS (SELECT FROM effects_" + l.name +
            " e WHERE e.event_id = w.event_id) AND NOT " + discarded(l.name) +
            " ORDER BY w.seq LIMIT 40");
  }
  return verdict;
}

}  // namespace chaos
