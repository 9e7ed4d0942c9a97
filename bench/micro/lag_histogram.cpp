#include <random>

#include <benchmark/benchmark.h>

#include "relay/measure/recent_lag.hpp"

// What an event's lag costs to be counted, and a second's percentiles to be told.
namespace {

using relay::measure::RecentLag;

/// Lags as they are: most of some milliseconds, a few of seconds.
std::vector<std::int64_t> lags() {
  std::mt19937 random{1};
  std::lognormal_distribution<double> us{8.5, 1.0};
  std::vector<std::int64_t> all(4'096);
  for (std::int64_t& lag : all) lag = static_cast<std::int64_t>(us(random));
  return all;
}

void lag_added(benchmark::State& state) {
  const auto all = lags();
  const RecentLag::Moment now{};
  RecentLag recent;
  std::size_t at = 0;
  for (auto _ : state) recent.add(all[at++ % all.size()], now);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(lag_added);

void lag_percentiles(benchmark::State& state) {
  RecentLag recent;
  for (const std::int64_t lag : lags()) recent.add(lag, {});
  for (auto _ : state) {
    const relay::LagCounts counts = recent.counts();
    auto told = relay::percentile_ms(counts, 0.5) + relay::percentile_ms(counts, 0.95);
    benchmark::DoNotOptimize(told);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(lag_percentiles);

}  // namespace
