#include "bench/workloads/kinds.hpp"

#include "bench/figures/text.hpp"
#include "bench/stage/drain.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {

void drain_kinds(Stage& stage, Report& report, const std::string& workload,
                 const std::vector<Kind>& kinds) {
  std::vector<Case> cases;
  for (const Kind& kind : kinds) {
    for (const Subject& subject : stage.subjects()) {
      const Drain work{.binary = subject.binary,
                       .relay = {.listeners = state_projections(kind.backlog.projections)},
                       .backlog = kind.backlog};
      cases.push_back({named(subject, kind.name),
                       {{"events", count_text(kind.backlog.events)}, {"workers", "2"}},
                       [&stage, work] { return run_drain(stage, work); }});
    }
  }
  interleave(stage, report, workload, cases);
  for (const Kind& kind : kinds) {
    if (&kind != &kinds[0]) {
      report.comparisons.push_back({workload, "cost", kind.name, kinds[0].name});
    }
    compare_subjects(stage, report, workload, kind.name, "cost");
  }
}

}  // namespace bench
