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

std::string deliveries_of(const Listener& l) {
  const std::string holds = l.skips ? "d.state NOT IN ('waiting', 'dead')" : "d.state <> 'waiting'";
  return "(SELECT d.*, min(d.seq) FILTER (WHERE " + holds +
         ") OVER (PARTITION BY d.lane, d.key) AS held_from FROM event_delivery d WHERE d.listener "
         "= '" +
         l.name + "') d";
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
