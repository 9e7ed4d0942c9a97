#include <benchmark/benchmark.h>

#include "relay/lanes/floor_keeper.hpp"

// What it costs to follow open writers, by how many there are.
namespace {

void floor_keeper(benchmark::State& state) {
  std::set<std::string> some;
  std::set<std::string> others;
  for (std::int64_t writer = 0; writer < state.range(0); ++writer) {
    some.insert("3/" + std::to_string(writer));
    others.insert("4/" + std::to_string(writer));
  }
  relay::lanes::FloorKeeper keeper;
  std::int64_t seq = 0;
  for (auto _ : state) {
    // One look finds a candidate, the next one that all of its writers have ended.
    keeper.observe(++seq, some);
    keeper.observe(++seq, others);
    auto decided = keeper.decided();
    benchmark::DoNotOptimize(decided);
  }
  state.SetItemsProcessed(2 * state.iterations());
}
BENCHMARK(floor_keeper)->Arg(0)->Arg(8)->Arg(200);

}  // namespace
