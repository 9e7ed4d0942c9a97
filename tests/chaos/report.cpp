#include "tests/chaos/report.hpp"

#include <iomanip>
#include <iostream>
#include <sstream>

namespace chaos {

long print_report(const std::map<std::string, Nemesis::Count>& faults,
                  const std::vector<Verdict>& verdicts) {
  long violations = 0;
  std::cout << "\n"
            << std::left << std::setw(30) << "fault" << std::right << std::setw(10) << "struck"
            << std::setw(14) << "not possible"
            << "\n";
  for (const auto& [name, count] : faults) {
    std::cout << std::left << std::setw(30) << name << std::right << std::setw(10) << count.struck
              << std::setw(14) << count.failed << "\n";
  }
  std::cout << "\n"
            << std::left << std::setw(30) << "check" << std::right << std::setw(10) << "looked at"
            << std::setw(14) << "violations"
            << "\n";
  for (const Verdict& verdict : verdicts) {
    std::cout << std::left << std::setw(30) << verdict.check << std::right << std::setw(10)
              << verdict.looked_at << std::setw(14) << verdict.violations.size() << "\n";
    violations += static_cast<long>(verdict.violations.size());
  }
  for (const Verdict& verdict : verdicts) {
    for (const std::string& text : verdict.violations) {
      std::cout << "VIOLATION " << verdict.check << " · " << text << "\n";
    }
  }
  std::cout << std::flush;
  return violations;
}

std::string describe_run(Session& db, Crew& crew) {
  std::ostringstream out;
  out << db.number("SELECT count(*) FROM chaos_written") << " events, "
      << db.number("SELECT count(*) FROM event_attempt") << " counted failures, "
      << db.number("SELECT count(*) FROM event_delivery WHERE state = 'dead'") << " dead letters, "
      << db.number("SELECT count(*) FROM event_delivery WHERE state = 'waiting'")
      << " waiting behind them, " << db.number("SELECT count(*) FROM chaos_discard WHERE confirmed")
      << " discarded, " << db.number("SELECT count(*) FROM chaos_record") << " records, of which "
      << db.number("SELECT count(*) - count(DISTINCT (topic, event_id)) FROM chaos_record")
      << " are repeated; relays";
  for (std::size_t i = 0; i < crew.size(); ++i) out << " " << crew.starts(i);
  out << " times started, ended with";
  for (const auto& [code, times] : crew.ends()) out << " " << code << " (" << times << "×)";
  return out.str();
}

}  // namespace chaos
