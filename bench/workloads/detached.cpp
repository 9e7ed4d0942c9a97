// Whether a detached projection delays another one: a slow one, and one that is as quick. What any
// second projection costs shows beside one that is quick and attached.
#include <array>

#include "bench/stage/live.hpp"

#include "bench/figures/text.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

struct Beside {
  std::string name;
  bool detached;
  int seconds_per_batch;
};

std::string second_projection(const Beside& other) {
  return R"(
[[projection]]
name = "second"
events = ["*"]
detached = )" +
         std::string{other.detached ? "true" : "false"} + R"(
sql = '''
INSERT INTO bench_state
SELECT id, '', 1, seq FROM events, (SELECT pg_sleep()" +
         std::to_string(other.seconds_per_batch) + R"()) s ORDER BY seq
'''
)";
}

}  // namespace

void detached(Stage& stage, Report& report) {
  const double seconds = stage.sized(4.0, 12.0, 60.0);
  const std::string alone = "quick alone";
  const std::string attached = "quick beside an attached, quick one";
  const std::string slow = "quick beside a detached, slow one";
  const std::array others{Beside{attached, false, 0}, Beside{slow, true, 2},
                          Beside{"quick beside a detached, quick one", true, 0}};
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const Live quick{.binary = subject.binary, .rate = 500, .seconds = seconds};
    cases.push_back({named(subject, alone),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}},
                     [&stage, quick] { return run_live(stage, quick); }});
    for (const Beside& other : others) {
      Live both = quick;
      both.relay.listeners = effect_projection() + second_projection(other);
      both.all_complete = false;
      cases.push_back({named(subject, other.name),
                       {{"rate", "500"},
                        {"seconds", text_of(seconds)},
                        {"second", std::to_string(other.seconds_per_batch) + " s per batch"}},
                       [&stage, both] { return run_live(stage, both); }});
    }
  }
  interleave(stage, report, "detached", cases);
  for (const Beside& other : others) {
    report.comparisons.push_back({"detached", "lag p95", other.name, alone});
    compare_subjects(stage, report, "detached", other.name, "lag p95");
  }
  report.comparisons.push_back({"detached", "lag p95", slow, attached});
}

}  // namespace bench
