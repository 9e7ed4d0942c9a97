// What lies in Kafka's topics: loss, phantoms, order, repetition.
#include <algorithm>

#include "tests/chaos/checker.hpp"

namespace chaos {
namespace {

// What strikes goes on to work for a while: a deadline that began then ends later.
constexpr long before_ms = 500;
constexpr long after_ms = 5'000;
// By then the breaker of every relay is open: three failures in a row, two batches at a time.
constexpr long breaker_opens_ms = 9'000;

std::string wanted(const Listener& l) {
  return "chaos_written w WHERE " + l.wants();
}

std::string sent(const Listener& l) {
  return "EXISTS (SELECT FROM chaos_record r WHERE r.event_id = w.event_id AND r.forward = '" +
         l.name + "')";
}

std::string discarded(const Listener& l) {
  return "EXISTS (SELECT FROM chaos_discard c WHERE c.event_id = w.event_id AND c.listener = '" +
         l.name + "' AND c.confirmed IS DISTINCT FROM false)";
}

std::string topics_of(const Listener& l) {
  std::string all;
  for (const std::string& topic : l.topics) all += (all.empty() ? "'" : ", '") + topic + "'";
  return all;
}

void check_contents(Verdict& verdict, Session& db, const Listener& l) {
  const std::string of =
      " FROM chaos_record r LEFT JOIN chaos_written w ON w.event_id = "
      "r.event_id AND " +
      l.wants() + " WHERE r.forward = '" + l.name + "' AND ";
  each_row_is_wrong(verdict, db, l.name + " sent what nobody wrote for it (event, topic)",
                    "SELECT r.event_id, r.topic" + of + "w.event_id IS NULL LIMIT 40");
  each_row_is_wrong(
      verdict, db, l.name + " sent with other data (event, topic, key, type, seq, position)",
      "SELECT r.event_id, r.topic, r.record_key, r.type, r.seq, r.kpos" + of +
          "w.event_id IS NOT NULL AND ((r.record_key, r.type, r.seq, r.kpos, r.hash) IS DISTINCT "
          "FROM (coalesce(w.key, w.event_id::text), w.type, w.seq, w.kpos, w.hash) OR "
          "r.published_at IS NULL OR r.topic NOT IN (" +
          topics_of(l) +
          ") OR (r.topic LIKE '%.%' AND split_part(r.topic, '.', 2) <> w.type)) LIMIT 40");
  each_row_is_wrong(verdict, db, l.name + " sent what was too large (event)",
                    "SELECT r.event_id" + of + "w.planted = '" + l.name + "' LIMIT 40");
  each_row_is_wrong(verdict, db, l.name + " changed the partition of a key (topic, key, how many)",
                    "SELECT topic, record_key, count(DISTINCT part) FROM chaos_record WHERE "
                    "forward = '" +
                        l.name +
                        "' GROUP BY topic, record_key HAVING count(DISTINCT "
                        "part) > 1 LIMIT 40");
}

bool meet(const Moment& moment, long from_ms, long until_ms) {
  return moment.from_ms - before_ms <= until_ms && moment.until_ms + after_ms >= from_ms;
}

bool is_of_broker(const Moment& moment) {
  return moment.what.starts_with("broker-");
}

int allowed(const Evidence& evidence, long from_ms, long until_ms, bool by_broker) {
  int most = 0;
  for (const Moment& moment : evidence.moments) {
    if (is_of_broker(moment) && !by_broker) continue;
    if (meet(moment, from_ms, until_ms)) most += moment.repeats;
  }
  return most;
}

// A relay whose transaction has died and the one that took its lanes over may both wait for the
// broker, and send when it is back. Else a relay that sends again asks its producer anew, later: at
// the same time only the producer itself repeats, and what befalls the broker is no excuse.
void check_own_repeats(Verdict& verdict, Session& db, const Evidence& evidence) {
  for (const auto& row :
       db.exec("SELECT topic, event_id, at_ms, count(*) - 1 FROM chaos_record GROUP BY topic, "
               "event_id, at_ms HAVING count(*) > 1",
               {}, std::chrono::minutes{1})) {
    const long at = std::stol(*row[2]);
    if (std::stoi(*row[3]) <= allowed(evidence, at, at, false)) continue;
    if (verdict.violations.size() > 30) return;
    verdict.violations.push_back("the producer itself repeated: " + *row[0] + " has event " +
                                 *row[1] + " " + *row[3] + " times more, all of " + *row[2]);
  }
}

// A relay that starts, or finds its database again, learns by itself that the broker has gone.
bool excuses(const Moment& moment, const IdleTransaction& idle) {
  if (is_of_broker(moment) || moment.what.starts_with("operator-")) return false;
  return meet(moment, idle.at_ms - breaker_opens_ms, idle.at_ms);
}

}  // namespace

Verdict check_records(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "records are events"};
  for (const Listener& l : forwards_of(evidence.cast)) {
    verdict.looked_at += db.number("SELECT count(*) FROM " + wanted(l));
    each_row_is_wrong(
        verdict, db, l.name + " lost (event, key, position, delivery)",
        "SELECT w.event_id, w.key, w.kpos, coalesce(d.state, 'none') FROM chaos_written w LEFT "
        "JOIN " +
            deliveries_of(l) + " ON d.event_id = w.event_id WHERE " + l.wants() + " AND NOT " +
            sent(l) + " AND coalesce(d.state, '') <> 'dead' AND NOT " + waits_by_right +
            " AND NOT " + discarded(l) + " ORDER BY w.seq LIMIT 40");
    check_contents(verdict, db, l);
  }
  return verdict;
}

Verdict check_record_order(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "records in order"};
  for (const Listener& l : forwards_of(evidence.cast)) {
    const std::string first =
        "(SELECT DISTINCT ON (topic, event_id) topic, event_id, place FROM chaos_record WHERE "
        "forward = '" +
        l.name + "' ORDER BY topic, event_id, place)";
    verdict.looked_at += db.number("SELECT count(*) FROM " + first + " f");
    each_row_is_wrong(
        verdict, db, l.name + " sent too late (topic, key, position, after position, event)",
        "SELECT topic, key, kpos, before, event_id FROM (SELECT f.topic, w.key, w.kpos, "
        "f.event_id, f.place, max(w.kpos) OVER (PARTITION BY f.topic, w.key ORDER BY f.place ROWS "
        "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM " +
            first +
            " f JOIN chaos_written w USING (event_id) WHERE w.key IS NOT NULL) o WHERE before > "
            "kpos ORDER BY topic, place LIMIT 40");
    const std::string may_pass = l.skips ? "coalesce(d.state, '') <> 'dead' AND " : "";
    each_row_is_wrong(
        verdict, db, l.name + " stepped over (key, position, its delivery, up to position)",
        "SELECT w.key, w.kpos, coalesce(d.state, 'none'), last.kpos FROM chaos_written w LEFT JOIN "
        "event_delivery d ON d.event_id = w.event_id AND d.listener = '" +
            l.name +
            "' JOIN (SELECT w.key, max(w.kpos) AS kpos FROM chaos_record r JOIN chaos_written w "
            "USING (event_id) WHERE r.forward = '" +
            l.name + "' GROUP BY w.key) last ON last.key = w.key AND last.kpos > w.kpos WHERE " +
            l.wants() + " AND " + may_pass + "NOT " + sent(l) + " AND NOT " + discarded(l) +
            " ORDER BY w.seq LIMIT 40");
  }
  return verdict;
}

Verdict check_repeats(Session& db, const Evidence& evidence) {
  Verdict verdict{.check = "records repeated for a reason"};
  verdict.looked_at =
      db.number("SELECT count(*) - count(DISTINCT (topic, event_id)) FROM chaos_record");
  check_own_repeats(verdict, db, evidence);
  for (const auto& row : db.exec(
           "SELECT topic, event_id, count(*) - 1, min(at_ms), max(at_ms) FROM chaos_record GROUP "
           "BY topic, event_id HAVING count(*) > 1",
           {}, std::chrono::minutes{1})) {
    const int times = std::stoi(*row[2]);
    const long from = std::stol(*row[3]);
    const long until = std::stol(*row[4]);
    const int most = allowed(evidence, from, until, true);
    if (times <= most || verdict.violations.size() > 30) continue;
    verdict.violations.push_back(*row[0] + " has event " + *row[1] + " " + *row[2] +
                                 " times more, from " + *row[3] + " to " + *row[4] +
                                 ", where faults allow " + std::to_string(most));
  }
  return verdict;
}

Verdict check_idle(const Evidence& evidence) {
  Verdict verdict{.check = "no transaction waits for Kafka"};
  for (const Moment& outage : evidence.moments) {
    if (!outage.broker_gone || outage.until_ms - outage.from_ms < breaker_opens_ms) continue;
    ++verdict.looked_at;
    for (const IdleTransaction& idle : evidence.idle) {
      if (idle.at_ms < outage.from_ms + breaker_opens_ms || idle.at_ms > outage.until_ms) continue;
      const bool excused = std::ranges::any_of(
          evidence.moments, [&](const Moment& moment) { return excuses(moment, idle); });
      if (excused || verdict.violations.size() > 30) continue;
      verdict.violations.push_back(idle.who + " held a transaction open at " +
                                   std::to_string(idle.at_ms) + ", during " + outage.what);
    }
  }
  return verdict;
}

}  // namespace chaos
