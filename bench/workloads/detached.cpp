// Whether a detached projection delays another one: a slow one, and one that is as quick.
#include <array>

#include "bench/stage/live.hpp"

#include "bench/figures/text.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

std::string detached_projection(int seconds_per_batch) {
  return R"(
[[projection]]
name = "detached"
events = ["*"]
detached = true
sql = '''
INSERT INTO bench_state
SELECT id, '', 1, seq FROM events, (SELECT pg_sleep()" +
         std::to_string(seconds_per_batch) + R"()) s ORDER BY seq
'''
)";
}

}  // namespace

void detached(Stage& stage, Report& report) {
  const double seconds = stage.sized(4.0, 12.0, 60.0);
  const std::string alone = "quick alone";
  struct Beside {
    std::string name;
    int seconds_per_batch;
  };
  const std::array others{Beside{"quick beside a slow one", 2},
                          Beside{"quick beside a quick one", 0}};
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const Live quick{.binary = subject.binary, .rate = 500, .seconds = seconds};
    cases.push_back({named(subject, alone),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}},
                     [&stage, quick] { return run_live(stage, quick); }});
    for (const Beside& other : others) {
      Live both = quick;
      both.relay.listeners = effect_projection() + detached_projection(other.seconds_per_batch);
      both.all_complete = false;
      cases.push_back({named(subject, other.name),
                       {{"rate", "500"},
                        {"seconds", text_of(seconds)},
                        {"detached", std::to_string(other.seconds_per_batch) + " s per batch"}},
                       [&stage, both] { return run_live(stage, both); }});
    }
  }
  interleave(stage, report, "detached", cases);
  for (const Beside& other : others) {
    report.comparisons.push_back({"detached", "lag p95", other.name, alone});
    compare_subjects(stage, report, "detached", other.name, "lag p95");
  }
}

}  // namespace bench
