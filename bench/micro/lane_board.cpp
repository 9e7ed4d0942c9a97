#include <benchmark/benchmark.h>

#include "relay/lanes/lane_board.hpp"

// What the lane board's bookkeeping costs, from one worker and from four that share it.
namespace {

using relay::lanes::LaneBoard;
using relay::lanes::LaneProbe;
using relay::lanes::Moment;

constexpr int lanes = 64;
constexpr int lanes_per_claim = 4;

std::vector<LaneProbe> work_everywhere() {
  std::vector<LaneProbe> probes;
  for (int lane = 0; lane < lanes; ++lane) probes.push_back({lane, 1'000});
  return probes;
}

/// A worker's turn: take lanes, note how far they were committed, give them back.
void lane_board_turn(benchmark::State& state) {
  static LaneBoard board{lanes};
  if (state.thread_index() == 0) board.found(work_everywhere(), 0);
  std::int64_t seq = 0;
  std::int64_t taken = 0;
  for (auto _ : state) {
    for (const auto& ticket : board.take(lanes_per_claim, Moment{})) {
      board.passed(ticket.lane, 1, ++seq);
      board.committed_up_to(ticket.lane, seq);
      board.done(ticket.lane, true);
      ++taken;
    }
  }
  state.SetItemsProcessed(taken);
}
BENCHMARK(lane_board_turn)->Threads(1)->Threads(4);

/// A probe of all lanes is entered, as the scout does.
void lane_board_found(benchmark::State& state) {
  LaneBoard board{lanes};
  const auto probes = work_everywhere();
  for (auto _ : state) board.found(probes, 500);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(lane_board_found);

}  // namespace
