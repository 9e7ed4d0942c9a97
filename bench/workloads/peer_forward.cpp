// Debezium beside the forward: from an outbox table, by the server's log, to a topic.
#include <algorithm>

#include "bench/figures/text.hpp"
#include "bench/stage/forwarding.hpp"
#include "bench/stage/topic.hpp"
#include "bench/stage/wait.hpp"
#include "bench/workloads/peers.hpp"

namespace bench {
namespace {

using std::chrono::seconds;

/// A database with the peer's slot in it; without the slot it could be dropped at the end.
class Outbox {
 public:
  Outbox(Stage& stage, const Peer& peer) : database_(stage.database()) {
    ask(peer, {"setup", database_->url()}, seconds{120});
  }
  ~Outbox() {
    try {
      database_->session().run(
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
          "WHERE database = current_database() AND NOT active");
    } catch (const std::exception& error) {
      say(std::string{"could not drop a slot: "} + error.what());
    }
  }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  [[nodiscard]] Database& database() { return *database_; }

 private:
  std::unique_ptr<Database> database_;
};

std::string new_prefix() {
  static int prefixes = 0;
  std::string prefix = "peer" + std::to_string(++prefixes);
  create_topic(brokers(), prefix + ".incident");
  return prefix;
}

void await_records(const std::string& topic, long wanted, PeerWorker& worker, seconds time) {
  const bool done = within(time, seldom, [&] {
    worker.look();
    return records_in(brokers(), topic) >= wanted || !worker.running();
  });
  const long there = records_in(brokers(), topic);
  worker.demand(done && there == wanted,
                count_text(there) + " records of " + count_text(wanted) + " events");
}

Measures run_drain_of(Stage& stage, const Peer& peer, const Backlog& backlog) {
  Outbox outbox{stage, peer};
  Session& session = outbox.database().session();
  const std::string prefix = new_prefix();
  ask(peer, {"publish", outbox.database().url(), std::to_string(backlog.events)}, seconds{600});
  session.run("CHECKPOINT");
  const auto events = static_cast<double>(backlog.events);
  const double wal = wal_bytes(session);
  const double began = now(session);
  PeerWorker worker{peer, {"drain", outbox.database().url(), brokers(), prefix}};
  await_records(prefix + ".incident", backlog.events, worker, seconds{180 + backlog.events / 500});
  const double written = wal_bytes(session) - wal;
  const auto all = arrivals(brokers(), prefix + ".incident");
  const auto [first, last] = std::ranges::minmax(all, {}, &Arrival::arrived);
  return {{"completed", "events/s", events / (last.arrived - began)},
          {"without start-up", "events/s", events / std::max(0.001, last.arrived - first.arrived)},
          {"WAL", "bytes/event", written / events},
          {"worker peak memory", "MiB", worker.peak()}};
}

Measures run_forward_live_of(Stage& stage, const Peer& peer, double rate, double length) {
  constexpr double warm_up_s = 1;
  Outbox outbox{stage, peer};
  const std::string prefix = new_prefix();
  const std::string topic = prefix + ".incident";
  const std::string& url = outbox.database().url();
  PeerWorker worker{peer, {"live", url, brokers(), prefix}};
  ask(peer, {"write", url, "1", "1"}, seconds{60});
  await_records(topic, 1, worker, seconds{120});
  const auto events = static_cast<long>(rate * (length + warm_up_s));
  const double began = now(outbox.database().session());
  ask(peer,
      {"write", url, std::to_string(static_cast<long>(rate)),
       std::to_string(static_cast<long>(length + warm_up_s))},
      seconds{60 + static_cast<long>(length)});
  await_records(topic, events + 1, worker, seconds{60});
  Measures measures = lag_to_topic(topic, began + warm_up_s);
  measures.push_back({"worker peak memory", "MiB", worker.peak()});
  return measures;
}

}  // namespace

void add_peer_forwards(Stage& stage, Report& report, const Backlog& backlog, double length,
                       std::vector<Case>& cases) {
  if (!stage.options().peers) return;
  if (stage.admin().value("SHOW wal_level") != "logical") {
    say("without Debezium: the server has no wal_level = logical");
    return;
  }
  for (const Peer& peer : bring_peers()) {
    if (peer.name != "debezium") continue;
    report.versions["peer " + peer.name] = peer.version;
    cases.push_back({"peer " + peer.name,
                     {{"events", count_text(backlog.events)}, {"version", peer.version}},
                     [&stage, peer, backlog] { return run_drain_of(stage, peer, backlog); }});
    cases.push_back(
        {"peer " + peer.name + ", 500 events/s",
         {{"rate", "500"}, {"version", peer.version}},
         [&stage, peer, length] { return run_forward_live_of(stage, peer, 500, length); }});
  }
}

}  // namespace bench
