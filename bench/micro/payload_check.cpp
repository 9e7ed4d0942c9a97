#include <string>

#include <benchmark/benchmark.h>

#include "relay/decode/payload_check.hpp"

// What the look at one payload costs.
namespace {

/// A help desk's event of that many bytes, 64 at least.
std::string payload_of(std::size_t bytes) {
  std::string json = R"({"id":4711,"title":"Drucker brennt","urgent":true)";
  for (int note = 0; json.size() + 64 < bytes; ++note) {
    json += ",\"n" + std::to_string(note) + R"(":{"by":"Zoë","at":1763733313.25,"ok":null})";
  }
  json += R"(,"text":")";
  return json.append(bytes - json.size() - 2, 'x') + "\"}";
}

void payload_check(benchmark::State& state) {
  const std::string payload = payload_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    auto fault = relay::decode::payload_fault(payload);
    benchmark::DoNotOptimize(fault);
    if (fault) return state.SkipWithError(fault->c_str());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload.size()));
}
BENCHMARK(payload_check)->Arg(64)->Arg(330)->Arg(64 << 10);

}  // namespace
