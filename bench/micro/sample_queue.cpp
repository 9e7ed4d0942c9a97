#include <thread>

#include <benchmark/benchmark.h>

#include "relay/flow/bounded_queue.hpp"
#include "relay/measure/recorder.hpp"

// What a worker pays to hand a batch's sample to the thread that counts, alone and beside another.
namespace {

using relay::measure::Sample;

constexpr std::int64_t bytes_max = 16 << 20;

void sample_queue(benchmark::State& state) {
  static relay::flow::BoundedQueue<Sample> queue{bytes_max};
  const Sample sample{.listener = "board", .published_us = std::vector<std::int64_t>(500, 1)};
  const auto bytes = static_cast<std::int64_t>(sizeof(Sample) + 8 * sample.published_us.size());
  std::jthread taker;
  if (state.thread_index() == 0) {
    taker = std::jthread{[](const std::stop_token& stop) {
      for (Sample taken; !stop.stop_requested();) {
        if (!queue.poll(taken)) std::this_thread::yield();
      }
    }};
  }
  std::int64_t refused = 0;
  for (auto _ : state) {
    for (; !queue.offer(sample, bytes); ++refused) std::this_thread::yield();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["refused"] = static_cast<double>(refused);
}
BENCHMARK(sample_queue)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
