// Four servers of one relay, of which one is stopped: what that costs the databases of the others.
#include <future>

#include "bench/figures/sample.hpp"
#include "bench/figures/text.hpp"
#include "bench/stage/fleet_writer.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/processes.hpp"
#include "bench/workloads/fleet.hpp"
#include "tests/support/private_cluster.hpp"

namespace bench {
namespace {

constexpr int servers = 4;

/// A small server with some databases.
struct Server {
  Server(const Stage& stage, const std::string& binary, int databases) {
    for (const char* line : {"track_commit_timestamp = on", "max_connections = 100"}) {
      cluster.configure(line);
    }
    cluster.start();
    fleet = std::make_unique<Fleet>(stage, binary, cluster.url(), databases);
  }
  tests::PrivateCluster cluster;
  std::unique_ptr<Fleet> fleet;
};

/// Made when the first case wants them.
class Servers {
 public:
  Servers(FleetScene& scene, const Subject& subject) : scene_(scene), subject_(subject) {}
  Measures run(bool stopped);

 private:
  void make();
  [[nodiscard]] double load_others(const std::vector<std::string>& others, FleetWriter& writer,
                                   FleetWriter& last, bool stopped);

  FleetScene& scene_;
  const Subject& subject_;
  std::vector<std::unique_ptr<Server>> servers_;
};

void Servers::make() {
  while (servers_.size() < servers) {
    say("makes server " + std::to_string(servers_.size() + 1) + " of " + std::to_string(servers));
    servers_.push_back(
        std::make_unique<Server>(scene_.stage(), subject_.binary, scene_.stage().sized(2, 5, 5)));
  }
}

// The last server is written to until it is stopped, or would be, so that it is stopped in the
// middle of batches, and the others' load is the same afterwards. @return when that was.
double Servers::load_others(const std::vector<std::string>& others, FleetWriter& writer,
                            FleetWriter& last, bool stopped) {
  const double seconds = scene_.stage().sized(5.0, 20.0, 60.0);
  constexpr double before_s = 3;
  constexpr double rate = 375;  // 500 with those of the last
  auto load = std::async(std::launch::async, [&] {
    return writer.write(
        {.shares = uniform_shares(others.size()), .rate = rate, .seconds = before_s + seconds});
  });
  auto load_of_last = std::async(std::launch::async, [&] {
    return last.write({.shares = uniform_shares(others.size() / (servers - 1)),
                       .rate = rate / (servers - 1),
                       .seconds = before_s});
  });
  std::this_thread::sleep_for(std::chrono::duration<double>(before_s));
  Session clock{others.front()};
  const double from = now(clock);
  {
    std::unique_ptr<StoppedServer> stop;
    if (stopped) {
      stop = std::make_unique<StoppedServer>(servers_.back()->cluster.postmaster());
    }
    (void)load.get();
  }
  (void)load_of_last.get();
  return from;
}

Measures Servers::run(bool stopped) {
  make();
  std::vector<std::string> all;
  std::vector<std::string> others;
  for (const auto& server : servers_) {
    const auto& urls = server->fleet->urls();
    all.insert(all.end(), urls.begin(), urls.end());
    if (server != servers_.back()) others = all;
  }
  Relay relay{scene_.stage(), subject_.binary, scene_.settings(subject_, effect_projection(), all),
              all.front()};
  await_served(all, relay);
  for (const auto& server : servers_) server->fleet->clear();
  FleetWriter writer{others};
  FleetWriter last{servers_.back()->fleet->urls()};
  const double from = load_others(others, writer, last, stopped);
  await_carried(all, relay, std::chrono::seconds{90});
  relay.stop();
  std::vector<double> ms;
  for (const std::string& url : others) {
    for (const EventLag& lag : event_lags(url)) {
      if (lag.sent >= from) ms.push_back(lag.ms);
    }
  }
  return {{"p95 of three servers", "ms", percentile(ms, 0.95)},
          {"p50 of three servers", "ms", percentile(ms, 0.5)},
          {"p99 of three servers", "ms", percentile(ms, 0.99)},
          {"max of three servers", "ms", percentile(ms, 1)}};
}

}  // namespace

void run_servers(FleetScene& scene, Report& report) {
  Stage& stage = scene.stage();
  const std::string up = "four servers, all up";
  const std::string stopped = "four servers, one stopped";
  std::vector<Case> cases;
  for (const Subject& subject : stage.subjects()) {
    const auto made = std::make_shared<Servers>(scene, subject);
    cases.push_back({named(subject, up), {{"servers", "4"}}, [made] { return made->run(false); }});
    cases.push_back(
        {named(subject, stopped), {{"servers", "4"}}, [made] { return made->run(true); }});
  }
  const int rounds = stage.options().rounds;
  interleave(stage, report, "fleet", std::move(cases), rounds > 0 ? rounds : stage.sized(1, 5, 5));
  report.comparisons.push_back({"fleet", "p95 of three servers", stopped, up});
  compare_subjects(stage, report, "fleet", stopped, "p95 of three servers");
}

}  // namespace bench
