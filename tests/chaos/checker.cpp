#include "tests/chaos/checker.hpp"

namespace chaos {
namespace {

constexpr std::size_t spelled_out_max = 30;

}  // namespace

void each_row_is_wrong(Verdict& verdict, Session& db, const std::string& what,
                       const std::string& sql) {
  const Rows rows = db.exec(sql, {}, std::chrono::minutes{2});
  for (const auto& row : rows) {
    std::string text = what + ":";
    for (const Value& field : row) text += " " + field.value_or("-");
    if (verdict.violations.size() == spelled_out_max) text = "and more of them";
    if (verdict.violations.size() > spelled_out_max) return;
    verdict.violations.push_back(text);
  }
}

std::string waits_by_right(const Listener& l) {
  const std::string holds = l.skips ? "h.state NOT IN ('waiting', 'dead')" : "h.state <> 'waiting'";
  return "(d.state = 'waiting' AND EXISTS (SELECT FROM event_delivery h WHERE h.lane = d.lane AND "
         "h.key = d.key AND h.listener = d.listener AND h.seq < d.seq AND " +
         holds + "))";
}

std::vector<Verdict> check_database(Session& db, const Evidence& evidence) {
  std::vector<Verdict> verdicts = {
      check_writes(db, evidence),    check_loss(db, evidence),    check_phantoms(db, evidence),
      check_once(db, evidence),      check_order(db, evidence),   check_retries(db, evidence),
      check_states(db, evidence),    check_waiting(db, evidence), check_guards(db, evidence),
      check_freshness(db, evidence), check_sessions(db),          check_repairs(db)};
  if (forwards_of(evidence.cast).empty()) return verdicts;
  verdicts.push_back(check_records(db, evidence));
  verdicts.push_back(check_record_order(db, evidence));
  verdicts.push_back(check_repeats(db, evidence));
  verdicts.push_back(check_idle(evidence));
  return verdicts;
}

}  // namespace chaos
