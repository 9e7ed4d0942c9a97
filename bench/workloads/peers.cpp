// The same work on the systems that people would pick instead.
#include "bench/workloads/peers.hpp"

#include <algorithm>
#include <memory>

#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/wait.hpp"

namespace bench {
namespace {

using std::chrono::seconds;

double effects(Session& session) {
  return session.number("SELECT coalesce(sum(events), 0) FROM bench_state");
}

// Its time ends with its last effect: when a peer completes a job apart from that, nobody else's
// tables tell.
Measures run_drain_of(Stage& stage, const Peer& peer, const std::string& verb,
                      const Backlog& backlog) {
  const auto database = stage.copy("peer " + peer.name, [&](Database& fresh) {
    ask(peer, {"setup", fresh.url()}, seconds{120});
    ask(peer, {"publish", fresh.url(), std::to_string(backlog.events)}, seconds{600});
    fresh.session().run("VACUUM ANALYZE");
  });
  Session& session = database->session();
  const auto events = static_cast<double>(backlog.events);
  const double wal = wal_bytes(session);
  const double began = now(session);
  PeerWorker worker{peer, {verb, database->url()}};
  double first = 0;
  double at_first = 0;
  const bool done = within(seconds{120 + backlog.events / 200}, seldom, [&] {
    worker.look();
    const double there = effects(session);
    if (first == 0 && there > 0) {
      first = now(session);
      at_first = there;
    }
    return there >= events || !worker.running();
  });
  worker.demand(done && worker.running(), "it did not drain");
  const double written = wal_bytes(session) - wal;
  worker.demand(effects(session) == events,
                text_of(effects(session)) + " effects of " + text_of(events) + " jobs");
  const double end = session.number(
      "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM bench_state");
  return {{"completed", "events/s", events / (end - began)},
          {"without start-up", "events/s", (events - at_first) / std::max(0.001, end - first)},
          {"WAL", "bytes/event", written / events},
          {"worker peak memory", "MiB", worker.peak()}};
}

Measures run_live_of(Stage& stage, const Peer& peer, double rate, double length) {
  constexpr double warm_up_s = 1;
  const auto database = stage.database();
  Session& session = database->session();
  ask(peer, {"setup", database->url()}, seconds{120});
  PeerWorker worker{peer, {"live", database->url()}};
  // Warm: one job has gone all the way before the load begins; a second of that is no figure.
  ask(peer, {"write", database->url(), "1", "1"}, seconds{60});
  await_effects(session, 1, seconds{60});
  session.run("TRUNCATE bench_effect");
  const auto events = static_cast<long>(rate * (length + warm_up_s));
  ask(peer,
      {"write", database->url(), std::to_string(static_cast<long>(rate)),
       std::to_string(static_cast<long>(length + warm_up_s))},
      seconds{60 + static_cast<long>(length)});
  const long behind = events - session.count("SELECT count(*) FROM bench_effect");
  await_effects(session, events, seconds{60});
  worker.look();
  verify_effects(session, events);
  const double began = session.number("SELECT extract(epoch FROM min(due)) FROM bench_effect");
  Measures measures = lag_percentiles(session, began + warm_up_s);
  measures.push_back({"behind at the end", "events", static_cast<double>(behind)});
  measures.push_back({"worker memory", "MiB", worker.peak()});
  return measures;
}

}  // namespace

std::vector<Peer> ready_peers(const Stage& stage, Report& report) {
  if (!stage.options().peers) return {};
  std::vector<Peer> peers = bring_peers();
  for (const Peer& peer : peers) report.versions["peer " + peer.name] = peer.version;
  std::erase_if(peers, [](const Peer& peer) { return peer.name == "debezium"; });
  return peers;
}

void add_peer_drains(Stage& stage, const std::vector<Peer>& peers, const Backlog& backlog,
                     std::vector<Case>& cases) {
  for (const Peer& peer : peers) {
    const std::map<std::string, std::string> settings{{"events", count_text(backlog.events)},
                                                      {"version", peer.version}};
    cases.push_back({"peer " + peer.name, settings, [&stage, peer, backlog] {
                       return run_drain_of(stage, peer, "drain", backlog);
                     }});
    if (!peer.completes_with_effect) continue;
    cases.push_back(
        {"peer " + peer.name + ", completed with the effect", settings,
         [&stage, peer, backlog] { return run_drain_of(stage, peer, "drain-tx", backlog); }});
  }
}

void add_peer_lives(Stage& stage, const std::vector<Peer>& peers, double rate, double length,
                    std::vector<Case>& cases) {
  for (const Peer& peer : peers) {
    cases.push_back(
        {"peer " + peer.name + ", " + text_of(rate) + " events/s",
         {{"rate", text_of(rate)}, {"version", peer.version}},
         [&stage, peer, rate, length] { return run_live_of(stage, peer, rate, length); }});
  }
}

}  // namespace bench
