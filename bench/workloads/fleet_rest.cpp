// What a relay costs whose databases have nothing to do.
#include <algorithm>
#include <thread>

#include "bench/figures/text.hpp"
#include "bench/stage/memory.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/relay_watch.hpp"
#include "bench/workloads/fleet.hpp"
#include "tests/support/proc_stat.hpp"

namespace bench {
namespace {

/// Resident memory of the smallest fleet, in KiB, for what one more database takes.
struct Smallest {
  int databases = 0;
  double kib = 0;
};

void pause(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

Measures rest(FleetScene& scene, const Subject& subject, int databases, Smallest& smallest) {
  const double seconds = scene.stage().sized(15.0, 60.0, 60.0);
  const Fleet& fleet = scene.fleet(subject, databases);
  Relay relay{scene.stage(), subject.binary,
              scene.settings(subject, effect_projection(), fleet.urls()), fleet.urls().front()};
  await_served(fleet.urls(), relay);
  scene.let_sleep();
  Session observer{fleet.beside()};
  const RelayWatch watch{fleet.beside(), relay.pid()};
  const double cpu = tests::processor_seconds(relay.pid());
  const double transactions = fleet.transactions(observer);
  pause(seconds);
  const double used = tests::processor_seconds(relay.pid()) - cpu;
  const double made = fleet.transactions(observer) - transactions;
  const double kib = resident_mib(relay.pid()) * 1024;
  Measures measures{{"threads", "", static_cast<double>(watch.threads())},
                    {"sessions", "", static_cast<double>(watch.sessions())},
                    {"resident memory", "MiB", kib / 1024},
                    {"transactions", "/s", made / seconds},
                    {"relay CPU", "%", used * 100 / seconds}};
  relay.stop();
  pause(2);  // what its sessions did last is counted by now
  const double without = fleet.transactions(observer);
  pause(seconds);
  measures.push_back(
      {"transactions without the relay", "/s", (fleet.transactions(observer) - without) / seconds});
  if (smallest.databases == 0 || databases <= smallest.databases) smallest = {databases, kib};
  if (databases > smallest.databases) {
    measures.push_back(
        {"memory per database", "KiB", (kib - smallest.kib) / (databases - smallest.databases)});
  }
  return measures;
}

}  // namespace

void add_rest(FleetScene& scene, const Subject& subject, std::vector<Case>& cases) {
  const auto smallest = std::make_shared<Smallest>();
  for (const int databases : scene.sizes()) {
    cases.push_back({named(subject, databases_text(databases) + " at rest"),
                     {{"databases", count_text(databases)}},
                     [&scene, &subject, databases, smallest] {
                       return rest(scene, subject, databases, *smallest);
                     }});
  }
}

}  // namespace bench
