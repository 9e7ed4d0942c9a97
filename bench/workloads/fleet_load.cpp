// Lag of a fleet's databases that are awake, and of the first event of those that were not.
#include <algorithm>
#include <future>

#include "bench/figures/sample.hpp"
#include "bench/figures/text.hpp"
#include "bench/stage/fleet_writer.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/relay_watch.hpp"
#include "bench/workloads/fleet.hpp"
#include "tests/support/proc_stat.hpp"

namespace bench {
namespace {

using Urls = std::vector<std::string>;

/// A fleet's databases under load, and those that sleep until somebody comes.
struct Parts {
  Urls loaded;
  Urls sleepers;
};

// Each fifth sleeps.
Parts parts_of(const Urls& urls) {
  Parts parts;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    (i % 5 == 4 ? parts.sleepers : parts.loaded).push_back(urls[i]);
  }
  return parts;
}

void add_percentiles(Measures& measures, const std::string& name, const std::vector<double>& ms) {
  if (ms.empty()) return;
  measures.push_back({name + " p95", "ms", percentile(ms, 0.95)});
  measures.push_back({name + " p50", "ms", percentile(ms, 0.5)});
}

// The first event of each of these databases.
void add_first_events(Measures& measures, const Urls& sleepers) {
  std::map<Visit, std::vector<double>> ms;
  for (std::size_t i = 0; i < sleepers.size(); ++i) {
    for (const EventLag& lag : event_lags(sleepers[i])) ms[Visitors::kind_of(i)].push_back(lag.ms);
  }
  add_percentiles(measures, "first, session ends:", ms[Visit::ends]);
  add_percentiles(measures, "first, session stays:", ms[Visit::stays]);
  add_percentiles(measures, "first, session opened just before, stays:", ms[Visit::fresh]);
}

/// Half as many as there are sessions: where more databases have events than there are sessions,
/// those that are quiet for a moment sleep, and the busiest do not.
constexpr int busiest = 20;

using Shares = std::vector<double> (*)(std::size_t databases);

std::vector<double> by_zipf(std::size_t databases) {
  return zipf_shares(databases, 1.1);
}

// Events of databases that had one less than the time to sleep before. What is sent in the first
// seconds wakes them, and is no figure.
std::vector<double> awake_lags(const Urls& urls, double from, double sleep_after) {
  std::vector<double> ms;
  for (const std::string& url : urls) {
    for (const EventLag& lag : event_lags(url)) {
      if (lag.sent >= from && lag.since_previous < sleep_after) ms.push_back(lag.ms);
    }
  }
  return ms;
}

Measures under_load(FleetScene& scene, const Subject& subject, int databases, Shares shares) {
  const double seconds = scene.stage().sized(5.0, 30.0, 60.0);
  const double warm_up = scene.stage().sized(3.0, 5.0, 5.0);
  const Fleet& fleet = scene.fleet(subject, databases);
  const Parts parts = parts_of(fleet.urls());
  Relay relay{scene.stage(), subject.binary,
              scene.settings(subject, effect_projection(), fleet.urls()), fleet.urls().front()};
  await_served(fleet.urls(), relay);
  fleet.clear();
  FleetWriter writer{parts.loaded};
  Visitors visitors{parts.sleepers};
  scene.let_sleep();
  const RelayWatch watch{fleet.beside(), relay.pid()};
  const double cpu = tests::processor_seconds(relay.pid());
  auto visits = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(std::chrono::duration<double>(warm_up));
    visitors.come(seconds);
  });
  const Written written = writer.write(
      {.shares = shares(parts.loaded.size()), .rate = 500, .seconds = warm_up + seconds});
  visits.get();
  const double used = tests::processor_seconds(relay.pid()) - cpu;
  const int sessions = watch.sessions();
  await_carried(fleet.urls(), relay, std::chrono::seconds{90});
  relay.stop();
  const double from = written.began + warm_up;
  Measures measures;
  add_percentiles(measures, "lag", awake_lags(parts.loaded, from, scene.sleep_after()));
  if (shares == by_zipf && parts.loaded.size() > busiest) {
    const Urls first(parts.loaded.begin(), parts.loaded.begin() + busiest);
    add_percentiles(measures, "lag of the " + count_text(busiest) + " busiest",
                    awake_lags(first, from, scene.sleep_after()));
  }
  add_first_events(measures, parts.sleepers);
  measures.push_back({"writer late p95", "ms", written.late_ms});
  measures.push_back({"sessions", "", static_cast<double>(sessions)});
  measures.push_back({"relay CPU", "%", used * 100 / (seconds + warm_up)});
  measures.push_back({"relay peak memory", "MiB", relay.peak()});
  return measures;
}

// Nobody writes but the visitors. So few come that those awake at once have room in the budget.
Measures woken(FleetScene& scene, const Subject& subject, int databases) {
  const Fleet& fleet = scene.fleet(subject, databases);
  const int visited = std::min(databases, scene.stage().sized(9, 81, 81));
  const Urls sleepers(fleet.urls().begin(), fleet.urls().begin() + visited);
  Relay relay{scene.stage(), subject.binary,
              scene.settings(subject, effect_projection(), fleet.urls()), fleet.urls().front()};
  await_served(fleet.urls(), relay);
  fleet.clear();
  Visitors visitors{sleepers};
  scene.let_sleep();
  visitors.come(scene.stage().sized(0.5, 0.75, 0.75) * visited);
  await_carried(fleet.urls(), relay, std::chrono::seconds{90});
  relay.stop();
  Measures measures;
  add_first_events(measures, sleepers);
  return measures;
}

}  // namespace

void add_load(FleetScene& scene, const Subject& subject, int databases, std::vector<Case>& cases) {
  const std::string many = databases_text(databases);
  const std::map<std::string, std::string> settings{{"databases", count_text(databases)}};
  const auto add = [&](const std::string& name, auto run) {
    cases.push_back({named(subject, many + name), settings, [&scene, &subject, databases, run] {
                       return run(scene, subject, databases);
                     }});
  };
  add(", 500 events/s, uniform", [](FleetScene& at, const Subject& which, int count) {
    return under_load(at, which, count, uniform_shares);
  });
  if (databases == 1) return;
  add(", 500 events/s, Zipf", [](FleetScene& at, const Subject& which, int count) {
    return under_load(at, which, count, by_zipf);
  });
  add(" asleep, woken one by one", woken);
}

}  // namespace bench
