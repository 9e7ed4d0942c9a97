#include <algorithm>
#include <exception>

#include "bench/figures/text.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

std::string first_of(const Measures& measures) {
  if (measures.empty()) return "";
  return text_of(measures[0].value) + " " + measures[0].unit;
}

}  // namespace

void interleave(const Stage& stage, Report& report, const std::string& workload,
                std::vector<Case> cases, int rounds) {
  const std::vector<std::string>& only = stage.options().only;
  std::erase_if(cases, [&](const Case& one) {
    return !only.empty() && std::ranges::none_of(only, [&](const std::string& part) {
      return one.name.find(part) != std::string::npos;
    });
  });
  if (rounds == 0) rounds = stage.rounds();
  const std::size_t first = report.rows.size();
  for (const Case& one : cases) report.rows.push_back({workload, one.name, one.settings, {}, {}});
  for (int round = 1; round <= rounds; ++round) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const std::string where = workload + ", round " + std::to_string(round) + " of " +
                                std::to_string(rounds) + ", " + cases[i].name + ": ";
      try {
        const Measures measures = cases[i].run();
        add_round(report.rows[first + i], measures);
        say(where + first_of(measures));
      } catch (const std::exception& error) {
        const std::string what = error.what();
        report.rows[first + i].errors.push_back(what.substr(0, what.find('\n')));
        say(where + "ERROR " + error.what());
      }
    }
  }
}

std::string named(const Subject& subject, const std::string& text) {
  return subject.name == "freshet" ? text : subject.name + ": " + text;
}

void compare_subjects(const Stage& stage, Report& report, const std::string& workload,
                      const std::string& text, const std::string& figure) {
  const auto& subjects = stage.subjects();
  if (subjects.size() < 2) return;
  report.comparisons.push_back(
      {workload, figure, named(subjects[0], text), named(subjects[1], text)});
}

}  // namespace bench
