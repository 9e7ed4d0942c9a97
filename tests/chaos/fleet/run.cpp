#include "tests/chaos/fleet/run.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "tests/chaos/check_processes.hpp"
#include "tests/chaos/fleet/bounds.hpp"
#include "tests/chaos/fleet/census.hpp"
#include "tests/chaos/fleet/judge.hpp"
#include "tests/chaos/fleet/load.hpp"
#include "tests/chaos/fleet/storm.hpp"
#include "tests/chaos/in_folder.hpp"
#include "tests/chaos/report.hpp"

namespace chaos::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

constexpr long rss_more_kib = 32 << 10;

/// What everything may take to be served again after the storm, with room to see who is late.
constexpr milliseconds drain_most{Bounds::wait + Bounds::recovery(10'000) + 10'000};

// Nobody owes an event to a listener that is registered after it.
void wait_for_listeners(Site& site) {
  const auto until = SteadyClock::now() + seconds{40};
  for (const Tenant& one : site.tenants().all()) {
    Session db = site.admin(one.server, one.dbname);
    while (db.number("SELECT count(*) FROM event_listener") == 0) {
      if (SteadyClock::now() > until) {
        throw std::runtime_error{"no relay comes to " + one.name + "; see " + site.crew().folder()};
      }
      std::this_thread::sleep_for(milliseconds{20});
    }
  }
}

/// How much more memory a relay had at most than soon after its start.
struct Memory {
  long looked_at = 0;
  long then_kib = 0;
  long now_kib = 0;

  void look(Crew& crew) {
    for (const auto& [then, now] : crew.usages()) {
      ++looked_at;
      if (now.rss_kib - then.rss_kib <= now_kib - then_kib) continue;
      then_kib = then.rss_kib;
      now_kib = now.rss_kib;
    }
  }
};

void let_storm(const Options& options, Storm& storm, Crew& crew, Memory& memory) {
  const auto time = std::chrono::duration<double>{options.minutes * 60};
  const auto until = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(time);
  while (SteadyClock::now() < until && !interrupted() && storm.broken().empty()) {
    std::this_thread::sleep_for(milliseconds{500});
    memory.look(crew);
  }
  if (!storm.broken().empty()) throw std::runtime_error{storm.broken()};
  storm.stop_and_heal();
}

/// Until nothing is open, or nothing more need be waited for.
void drain(Site& site) {
  const auto began = SteadyClock::now();
  long open = 1;
  while (open > 0 && SteadyClock::now() - began < drain_most) {
    std::this_thread::sleep_for(milliseconds{500});
    open = 0;
    for (const Tenant& one : site.tenants().all()) {
      Session db = site.admin(one.server, one.dbname);
      open += open_events(db);
    }
  }
  const auto took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - began);
  std::cout << "healed, and " << open << " events open after " << took.count() << " ms\n"
            << std::flush;
}

std::vector<Seen> all_seen(Site& site, const Sightings& dropped) {
  std::vector<Seen> seen = dropped.all();
  for (const Tenant& one : site.tenants().all()) {
    Session db = site.admin(one.server, one.dbname);
    seen.push_back(look_at(db, one, true));
  }
  return seen;
}

Verdict check_relays(Site& site, const Memory& memory) {
  Verdict verdict{.check = "relays end and stay small", .looked_at = memory.looked_at};
  const std::string grown = std::to_string(memory.now_kib) + " KiB of memory, and " +
                            std::to_string(memory.then_kib) + " soon after its start";
  if (memory.looked_at > 0) std::cout << "the relay that grew most had " << grown << "\n";
  if (memory.now_kib > memory.then_kib + rss_more_kib) {
    verdict.violations.push_back("a relay had " + grown);
  }
  site.crew().retire();
  for (const auto& [code, times] : site.crew().ends()) {
    verdict.looked_at += times;
    if (code == 1) verdict.violations.push_back("a relay ended by itself, with code 1");
  }
  for (const std::string& fault : site.crew().faults()) verdict.violations.push_back(fault);
  return verdict;
}

void describe(Site& site, const std::vector<Seen>& seen) {
  std::size_t events = 0;
  for (const Seen& one : seen) events += one.events.size();
  std::cout << events << " events, in " << seen.size() << " databases; relays";
  for (std::size_t relay = 0; relay < site.crew().size(); ++relay) {
    std::cout << " " << site.crew().starts(relay);
  }
  std::cout << " times started, ended with";
  for (const auto& [code, times] : site.crew().ends()) {
    std::cout << " " << code << " (" << times << "×)";
  }
  std::cout << "\n";
}

std::vector<Verdict> judge(Site& site, Census& census, const Sightings& dropped,
                           const Ledger& ledger, const Memory& memory, const std::string& folder) {
  const std::vector<Seen> seen = all_seen(site, dropped);
  const std::vector<Trouble> troubles = site.troubles().all();
  const std::vector<Verdict> processes{check_relays(site, memory)};
  census.stop();
  describe(site, seen);
  long waited = 0;
  long sessions = 0;
  long sockets = 0;
  std::vector<Verdict> verdicts = {
      check_told(seen, ledger.told()),
      check_one_effect_each(seen),
      check_key_order(seen),
      check_starved(seen, troubles, static_cast<int>(site.crew().size()), waited),
      check_budget("sessions within the budget", census.sessions(), census.lives(), Bounds::grace,
                   sessions),
      check_budget("sockets within the budget", census.sockets(), census.lives(), 0, sockets),
      check_left(census.sessions(), troubles),
      processes[0],
      check_secrets_in_logs(folder + "/relays", {site.password(), FleetLoad::secret}),
  };
  std::cout << "the longest wait that nothing excuses: " << waited << " ms of " << Bounds::wait
            << "; the most sessions of a relay: " << sessions << " as servers tell, " << sockets
            << " sockets\n";
  return verdicts;
}

long run_in(const Options& options, const std::string& folder) {
  Site site{options, folder};
  wait_for_listeners(site);
  Sightings dropped;
  Ledger ledger;
  Census census{site};
  FleetLoad load{site, ledger, options.seed};
  const double seconds_all = options.minutes * 60;
  const Ground ground{.site = site,
                      .sightings = dropped,
                      .longest_s = std::clamp(seconds_all / 5, 2.0, 10.0),
                      .rest_s = std::clamp(seconds_all / 5, 3.0, 100.0)};
  Storm storm{ground, options.seed, options.faults};
  Memory memory;
  let_storm(options, storm, site.crew(), memory);
  load.stop();
  drain(site);
  return print_report(storm.counts(), judge(site, census, dropped, ledger, memory, folder));
}

}  // namespace

int run(const Options& options) {
  return run_in_folder(options, [&](const std::string& folder) { return run_in(options, folder); });
}

}  // namespace chaos::fleet
