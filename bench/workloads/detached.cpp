// Whether a slow, detached projection delays a quick one.
#include "bench/stage/live.hpp"

#include "bench/figures/text.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

constexpr const char* slow_projection = R"(
[[projection]]
name = "slow"
events = ["*"]
detached = true
sql = '''
INSERT INTO bench_state SELECT id, '', 1, seq FROM events, (SELECT pg_sleep(2)) s ORDER BY seq
'''
)";

}  // namespace

void detached(Stage& stage, Report& report) {
  const double seconds = stage.sized(4.0, 12.0, 60.0);
  const std::string alone = "quick alone";
  const std::string beside = "quick beside a slow one";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const Live quick{.binary = subject.binary, .rate = 500, .seconds = seconds};
    Live both = quick;
    both.relay.listeners = effect_projection() + slow_projection;
    both.all_complete = false;
    cases.push_back({named(subject, alone),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}},
                     [&stage, quick] { return run_live(stage, quick); }});
    cases.push_back({named(subject, beside),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}, {"slow", "2 s per batch"}},
                     [&stage, both] { return run_live(stage, both); }});
  }
  interleave(stage, report, "detached", cases);
  report.comparisons.push_back({"detached", "lag p95", beside, alone});
  compare_subjects(stage, report, "detached", beside, "lag p95");
}

}  // namespace bench
