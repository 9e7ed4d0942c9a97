// What took effect, and what did not: loss, phantoms, repetition.
#include <set>

#include "tests/chaos/checker.hpp"

namespace chaos {
namespace {

const char* word_of(Fate fate) {
  return fate == Fate::ok ? "ok" : "failed";
}

}  // namespace

Verdict check_writes(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "writes as told"};
  std::set<std::string> there;
  for (const auto& row : db.exec("SELECT event_id FROM chaos_written")) there.insert(*row[0]);
  std::set<std::string> intended;
  for (const auto& [number, transaction] : evidence.transactions) {
    for (const std::string& id : transaction.event_ids) {
      ++verdict.looked_at;
      intended.insert(id);
      if (transaction.fate == Fate::unknown || transaction.fate == Fate::intent) continue;
      if (there.contains(id) == (transaction.fate == Fate::ok)) continue;
      verdict.violations.push_back("event " + id + " of transaction " + std::to_string(number) +
                                   " " + word_of(transaction.fate) +
                                   ", and the database says otherwise");
    }
  }
  for (const std::string& id : there) {
    if (!intended.contains(id)) verdict.violations.push_back("nobody meant to write event " + id);
  }
  return verdict;
}

Verdict check_loss(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "no loss"};
  for (const Listener& l : projections_of(evidence.cast)) {
    verdict.looked_at += db.number("SELECT count(*) FROM chaos_written w WHERE " + l.wants());
    each_row_is_wrong(
        verdict, db, l.name + " lost (event, key, position, delivery)",
        "SELECT w.event_id, w.key, w.kpos, coalesce(d.state, 'none') FROM chaos_written w "
        "LEFT JOIN " +
            deliveries_of(l) + " ON d.event_id = w.event_id WHERE " + l.wants() +
            " AND NOT EXISTS (SELECT FROM effects_" + l.name +
            " e WHERE e.event_id = w.event_id) AND coalesce(d.state, '') <> 'dead' AND NOT " +
            waits_by_right +
            " AND NOT EXISTS (SELECT FROM chaos_discard c WHERE c.event_id = "
            "w.event_id AND c.listener = '" +
            l.name + "' AND c.confirmed IS DISTINCT FROM false) ORDER BY w.seq LIMIT 40");
  }
  return verdict;
}

Verdict check_phantoms(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "no phantom"};
  for (const Listener& l : projections_of(evidence.cast)) {
    verdict.looked_at += db.number("SELECT count(*) FROM effects_" + l.name);
    each_row_is_wrong(verdict, db, l.name + " applied what nobody wrote for it (event, key)",
                      "SELECT e.event_id, e.key FROM effects_" + l.name +
                          " e LEFT JOIN chaos_written w ON w.event_id = e.event_id AND " +
                          l.wants() + " WHERE w.event_id IS NULL LIMIT 40");
    each_row_is_wrong(verdict, db, l.name + " applied with other data (event, key, position)",
                      "SELECT e.event_id, e.key, e.kpos FROM effects_" + l.name +
                          " e JOIN chaos_written w ON w.event_id = e.event_id WHERE (e.key, e.seq, "
                          "e.kpos) IS DISTINCT FROM (w.key, w.seq, w.kpos) LIMIT 40");
    each_row_is_wrong(verdict, db, l.name + " applied after it was discarded (event, key, when)",
                      "SELECT e.event_id, e.key, e.at FROM effects_" + l.name +
                          " e JOIN chaos_discard c ON c.event_id = e.event_id AND c.listener = '" +
                          l.name + "' WHERE c.confirmed LIMIT 40");
    each_row_is_wrong(verdict, db,
                      l.name + " is to be applied after it was discarded (event, state)",
                      "SELECT d.event_id, d.state FROM event_delivery d JOIN chaos_discard c USING "
                      "(event_id, listener) WHERE d.listener = '" +
                          l.name + "' AND c.confirmed LIMIT 40");
  }
  return verdict;
}

Verdict check_once(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "one effect each"};
  for (const Listener& l : projections_of(evidence.cast)) {
    verdict.looked_at += db.number("SELECT count(*) FROM effects_" + l.name);
    each_row_is_wrong(verdict, db, l.name + " applied more than once (event, times)",
                      "SELECT event_id, count(*) FROM effects_" + l.name +
                          " GROUP BY event_id HAVING count(*) > 1 LIMIT 40");
    each_row_is_wrong(
        verdict, db, l.name + " has another state than its effects say (key, sum, sum of effects)",
        "SELECT key, s.sum, t.sum FROM state_" + l.name +
            " s FULL JOIN (SELECT e.key, sum(w.hash) AS sum FROM effects_" + l.name +
            " e JOIN chaos_written w ON w.event_id = e.event_id WHERE e.key IS NOT NULL "
            "GROUP BY e.key) t USING (key) WHERE s.sum IS DISTINCT FROM t.sum LIMIT 40");
  }
  return verdict;
}

}  // namespace chaos
