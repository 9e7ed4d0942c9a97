// What an event costs, whatever lies behind it and whatever the planner knows: must stay flat.
#include "bench/figures/text.hpp"
#include "bench/stage/drain.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

struct Kind {
  std::string name;
  Backlog backlog;
};

std::vector<Kind> kinds(const Stage& stage) {
  using Sizes = std::vector<long>;
  std::vector<Kind> all;
  for (const long events : stage.sized(Sizes{1'000, 10'000}, Sizes{10'000, 100'000, 1'000'000},
                                       Sizes{10'000, 100'000, 1'000'000, 10'000'000})) {
    all.push_back({count_text(events) + " pending", {.events = events}});
  }
  const long events = stage.sized(10'000L, 200'000L, 600'000L);
  const std::string pending = count_text(events) + " pending, ";
  all.push_back({pending + "freshly analysed", {.events = events}});
  all.push_back({pending + "never analysed", {.events = events, .statistics = Statistics::never}});
  all.push_back({pending + "analysed at " + count_text(events / 100),
                 {.events = events, .statistics = Statistics::stale}});
  return all;
}

}  // namespace

void backlog(Stage& stage, Report& report) {
  const std::vector<Kind> all = kinds(stage);
  std::vector<Case> cases;
  for (const Kind& kind : all) {
    for (const Subject& subject : stage.subjects()) {
      const Drain work{.binary = subject.binary,
                       .relay = {.listeners = state_projections()},
                       .backlog = kind.backlog};
      cases.push_back({named(subject, kind.name),
                       {{"events", count_text(kind.backlog.events)}, {"workers", "2"}},
                       [&stage, work] { return run_drain(stage, work); }});
    }
  }
  interleave(stage, report, "backlog", cases);
  for (const Kind& kind : all) {
    if (&kind != &all[0]) {
      report.comparisons.push_back({"backlog", "cost", kind.name, all[0].name});
    }
    compare_subjects(stage, report, "backlog", kind.name, "cost");
  }
}

}  // namespace bench
