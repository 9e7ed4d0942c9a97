// Much of something: projections, types, bytes, dead letters; each beside the plain case.
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
  const Backlog plain{.events = stage.sized(5'000L, 100'000L, 200'000L)};
  std::vector<Kind> all{{"plain", plain}};
  const auto add = [&](const std::string& name, auto change) {
    all.push_back({name, plain});
    change(all.back().backlog);
  };
  add("4 projections", [](Backlog& b) { b.projections = 4; });
  add("16 projections", [](Backlog& b) { b.projections = 16; });
  add("1,000 event types", [](Backlog& b) { b.types = 1'000; });
  add("64-byte payloads", [](Backlog& b) { b.payload_bytes = 64; });
  add("64-KiB payloads", [&](Backlog& b) {
    b.payload_bytes = 65'536;
    b.events = stage.sized(200L, 5'000L, 20'000L);
  });
  add("10,000 dead letters", [](Backlog& b) { b.dead_letters = 10'000; });
  return all;
}

}  // namespace

void many(Stage& stage, Report& report) {
  const std::vector<Kind> all = kinds(stage);
  std::vector<Case> cases;
  for (const Kind& kind : all) {
    for (const Subject& subject : stage.subjects()) {
      const Drain work{.binary = subject.binary,
                       .relay = {.listeners = state_projections(kind.backlog.projections)},
                       .backlog = kind.backlog};
      cases.push_back({named(subject, kind.name),
                       {{"events", count_text(kind.backlog.events)}, {"workers", "2"}},
                       [&stage, work] { return run_drain(stage, work); }});
    }
  }
  interleave(stage, report, "many", cases);
  for (const Kind& kind : all) {
    if (&kind != &all[0]) report.comparisons.push_back({"many", "cost", kind.name, all[0].name});
    compare_subjects(stage, report, "many", kind.name, "cost");
  }
}

}  // namespace bench
