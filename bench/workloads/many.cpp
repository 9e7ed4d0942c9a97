// Much of something: projections, types, bytes, dead letters; each beside the plain case.
#include "bench/workloads/kinds.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

std::vector<Kind> kinds_of_much(const Stage& stage) {
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
  drain_kinds(stage, report, "many", kinds_of_much(stage));
}

}  // namespace bench
