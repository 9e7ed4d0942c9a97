// What an event costs, whatever lies behind it and whatever the planner knows: must stay flat.
#include "bench/figures/text.hpp"
#include "bench/workloads/kinds.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

std::vector<Kind> kinds_of_backlog(const Stage& stage) {
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
  drain_kinds(stage, report, "backlog", kinds_of_backlog(stage));
}

}  // namespace bench
