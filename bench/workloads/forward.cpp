// To Kafka: a backlog by a forward alone and beside a projection, and the lag at 500 events/s.
#include "bench/figures/text.hpp"
#include "bench/stage/forwarding.hpp"
#include "bench/workloads/peers.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

struct ForwardKind {
  const char* name;
  const char* completion;
  bool beside;
};

constexpr std::array forward_kinds = {
    ForwardKind{"alone, update", "update", false},
    ForwardKind{"alone, delete", "delete", false},
    ForwardKind{"beside a projection, update", "update", true},
};

}  // namespace

void forward(Stage& stage, Report& report) {
  const Backlog backlog{.events = stage.sized(5'000L, 200'000L, 200'000L)};
  const double seconds = stage.sized(2.0, 12.0, 60.0);
  const std::string lived = "alone, 500 events/s";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    for (const ForwardKind& kind : forward_kinds) {
      const ForwardDrain work{.binary = subject.binary,
                              .completion = kind.completion,
                              .beside_projection = kind.beside,
                              .backlog = backlog};
      cases.push_back({named(subject, kind.name),
                       {{"events", count_text(backlog.events)}, {"partitions", "4"}},
                       [&stage, work] { return run_forward_drain(stage, work); }});
    }
    cases.push_back({named(subject, lived),
                     {{"rate", "500"}, {"seconds", text_of(seconds)}},
                     [&stage, &subject, seconds] {
                       return run_forward_live(stage, subject.binary, 500, seconds);
                     }});
  }
  // The broker's code is compiled while it runs: what it does first is no figure.
  if (stage.options().size != Size::small) {
    say("forward: one drain to warm the broker up");
    Report unused;
    interleave(stage, unused, "forward", {cases[0]}, 1);
  }
  add_peer_forwards(stage, report, backlog, seconds, cases);
  interleave(stage, report, "forward", cases);
  for (const ForwardKind& kind : forward_kinds) {
    compare_subjects(stage, report, "forward", kind.name, "completed");
  }
  compare_subjects(stage, report, "forward", lived, "lag p95");
}

}  // namespace bench
