// The two numbers: events completed per second, and p95 lag at 500 events/s.
#include "bench/figures/text.hpp"
#include "bench/stage/drain.hpp"
#include "bench/stage/live.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {

void canonical(Stage& stage, Report& report) {
  const Backlog backlog{.events = stage.sized(10'000L, 200'000L, 200'000L),
                        .keys = stage.sized(1'000L, 20'000L, 20'000L)};
  const double seconds = stage.sized(2.0, 10.0, 60.0);
  const std::string drained = "drain, mode update, 2 workers";
  const std::string lived = "500 events/s";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, drained),
                     {{"events", count_text(backlog.events)}, {"keys", count_text(backlog.keys)}},
                     [&stage, &subject, backlog] {
                       return run_drain(stage, {.binary = subject.binary,
                                                .relay = {.listeners = state_projections()},
                                                .backlog = backlog});
                     }});
  }
  for (const Subject& subject : stage.subjects()) {
    cases.push_back({named(subject, lived),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}},
                     [&stage, &subject, seconds] {
                       return run_live(stage,
                                       {.binary = subject.binary, .rate = 500, .seconds = seconds});
                     }});
  }
  interleave(stage, report, "canonical", cases);
  compare_subjects(stage, report, "canonical", drained, "completed");
  compare_subjects(stage, report, "canonical", lived, "lag p95");
}

}  // namespace bench
