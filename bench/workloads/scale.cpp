// Cost per event with more workers, with more relays, and with a network between them and the
// server.
#include "bench/figures/text.hpp"
#include "bench/stage/drain.hpp"
#include "bench/stage/latency_proxy.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {
namespace {

struct Spread {
  int processes = 1;
  int workers = 2;
  int round_trip_ms = 0;  ///< 0: no proxy at all.

  [[nodiscard]] std::string text() const {
    return std::to_string(processes) + (processes == 1 ? " relay, " : " relays, ") +
           std::to_string(workers) + (workers == 1 ? " worker, " : " workers, ") +
           std::to_string(round_trip_ms) + " ms";
  }
};

std::vector<Spread> spreads(const Stage& stage) {
  std::vector<Spread> all{{1, 1, 0}, {1, 2, 0}, {1, 4, 0}, {1, 8, 0}, {2, 2, 0}, {4, 2, 0}};
  for (const int workers : {1, 2, 8}) {
    for (const int ms : {1, 5}) all.push_back({1, workers, ms});
  }
  if (stage.options().size == Size::full) {
    for (const int ms : {1, 5}) all.push_back({4, 2, ms});
  }
  return all;
}

// What a round trip really takes, proxy and all: the mean of a hundred.
double round_trip_ms(const std::string& url) {
  Session session{url};
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) session.run("SELECT 1");
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
             .count() /
         100;
}

Measures run(Stage& stage, Drain work, int added_ms) {
  std::unique_ptr<LatencyProxy> proxy;
  double measured = 0;
  work.url = [&](const std::string& url) {
    if (added_ms > 0) {
      proxy = std::make_unique<LatencyProxy>(url, std::chrono::milliseconds{added_ms});
    }
    const std::string& seen = proxy ? proxy->url() : url;
    measured = round_trip_ms(seen);
    return seen;
  };
  Measures measures = run_drain(stage, work);
  measures.push_back({"round trip", "ms", measured});
  return measures;
}

}  // namespace

void scale(Stage& stage, Report& report) {
  const Backlog backlog{.events = stage.sized(5'000L, 100'000L, 200'000L)};
  std::vector<Case> cases;
  for (const Spread& spread : spreads(stage)) {
    for (const Subject& subject : stage.subjects()) {
      const Drain work{.binary = subject.binary,
                       .relay = {.workers = spread.workers, .listeners = state_projections()},
                       .backlog = backlog,
                       .processes = spread.processes};
      cases.push_back({named(subject, spread.text()),
                       {{"events", count_text(backlog.events)},
                        {"round trip added, ms", std::to_string(spread.round_trip_ms)}},
                       [&stage, work, spread] { return run(stage, work, spread.round_trip_ms); }});
    }
  }
  interleave(stage, report, "scale", cases);
  const std::string least = Spread{1, 1, 0}.text();
  for (const Spread& spread : spreads(stage)) {
    if (spread.text() != least)
      report.comparisons.push_back({"scale", "cost", spread.text(), least});
    compare_subjects(stage, report, "scale", spread.text(), "cost");
  }
}

}  // namespace bench
