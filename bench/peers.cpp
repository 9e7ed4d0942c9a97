#include "bench/peers.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "bench/figures/text.hpp"
#include "bench/stage/live.hpp"
#include "bench/stage/memory.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/process.hpp"

namespace bench {
namespace {

using std::chrono::seconds;

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.rfind('\n') + 1);
}

std::string ask(const Peer& peer, std::vector<std::string> words, seconds time) {
  words.insert(words.begin(), {"bash", peer.script});
  const std::string verb = words.at(2);
  const tests::Ended ended = tests::run_command(words, {}, {}, time);
  if (ended.code == 0) return last_line(ended.out);
  throw std::runtime_error{peer.name + ", " + verb + ": ended with " + std::to_string(ended.code) +
                           ": " + last_line(ended.out + ended.err)};
}

/// A peer's worker in a process group of its own, ended by SIGTERM to all of it.
class Worker {
 public:
  Worker(const Peer& peer, const std::string& verb, const std::string& url)
      : process_({"setsid", "bash", peer.script, verb, url}) {}
  ~Worker() {
    ::kill(-process_.pid(), SIGTERM);
    if (!process_.wait(seconds{15})) ::kill(-process_.pid(), SIGKILL);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  bool running() { return process_.running(); }
  void look() { peak_ = std::max(peak_, group_resident_mib(process_.pid())); }
  [[nodiscard]] double peak() const { return peak_; }
  [[nodiscard]] std::string log() const { return last_line(process_.out() + process_.err()); }

 private:
  tests::Process process_;
  double peak_ = 0;
};

void demand(bool met, const std::string& what, const Worker& worker) {
  if (!met) throw std::runtime_error{what + "; its last words: " + worker.log()};
}

Measures run_peer_drain(Stage& stage, const Peer& peer, const Backlog& backlog) {
  const auto database = stage.copy("peer " + peer.name, [&](Database& fresh) {
    ask(peer, {"setup", fresh.url()}, seconds{120});
    ask(peer, {"publish", fresh.url(), std::to_string(backlog.events)}, seconds{600});
    fresh.session().run("VACUUM ANALYZE");
  });
  Session& session = database->session();
  const auto events = static_cast<double>(backlog.events);
  const double wal = wal_bytes(session);
  const double began = now(session);
  double first = 0;
  Worker worker{peer, "drain", database->url()};
  const bool done = tests::eventually(
      [&] {
        worker.look();
        const double there = session.number("SELECT coalesce(sum(events), 0) FROM bench_state");
        if (first == 0 && there > 0) first = now(session);
        return there >= events || !worker.running();
      },
      seconds{120 + backlog.events / 200});
  demand(done && worker.running(), "it did not drain", worker);
  const double written = wal_bytes(session) - wal;
  const double there = session.number("SELECT coalesce(sum(events), 0) FROM bench_state");
  demand(there == events, text_of(there) + " effects of " + text_of(events) + " jobs", worker);
  const double end = session.number(
      "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM bench_state");
  return {{"completed", "events/s", events / (end - began)},
          {"from the first effect", "events/s", events / std::max(0.001, end - first)},
          {"WAL", "bytes/event", written / events},
          {"worker peak memory", "MiB", worker.peak()}};
}

Measures run_peer_live(Stage& stage, const Peer& peer, double rate, double length) {
  constexpr double warm_up_s = 1;
  const auto database = stage.database();
  Session& session = database->session();
  ask(peer, {"setup", database->url()}, seconds{120});
  Worker worker{peer, "live", database->url()};
  // Warm: one job has gone all the way before the load begins; a second of it is no figure.
  ask(peer, {"write", database->url(), "1", "1"}, seconds{60});
  await_effects(session, 1, seconds{60});
  session.run("TRUNCATE bench_effect");
  const auto events = static_cast<long>(rate * (length + warm_up_s));
  const double began = now(session);
  ask(peer,
      {"write", database->url(), std::to_string(static_cast<long>(rate)),
       std::to_string(static_cast<long>(length + warm_up_s))},
      seconds{60 + static_cast<long>(length)});
  const long behind = events - session.count("SELECT count(*) FROM bench_effect");
  await_effects(session, events, seconds{60});
  worker.look();
  verify_effects(session, events);
  Measures measures = lag_percentiles(session, began + warm_up_s);
  measures.push_back({"behind at the end", "events", static_cast<double>(behind)});
  measures.push_back({"worker memory", "MiB", worker.peak()});
  return measures;
}

}  // namespace

std::vector<Peer> ready_peers(const Stage& stage, Report& report) {
  namespace fs = std::filesystem;
  std::vector<Peer> peers;
  if (!stage.options().peers) return peers;
  const fs::path folder = fs::path{tests::source_dir()} / "bench" / "peers";
  if (!fs::is_directory(folder)) return peers;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const fs::path script = entry.path() / "peer.sh";
    // Debezium writes to topics, not to tables: it belongs to another workload.
    if (!fs::exists(script) || entry.path().filename() == "debezium") continue;
    Peer peer{entry.path().filename().string(), script.string(), ""};
    try {
      ask(peer, {"needs"}, seconds{60});
      say("installing " + peer.name + ", unless it is there");
      ask(peer, {"install"}, seconds{1200});
      peer.version = ask(peer, {"version"}, seconds{60});
      report.versions["peer " + peer.name] = peer.version;
      peers.push_back(peer);
    } catch (const std::exception& error) {
      say("without " + peer.name + ": " + error.what());
    }
  }
  std::ranges::sort(peers, {}, &Peer::name);
  return peers;
}

void add_peer_drains(Stage& stage, const std::vector<Peer>& peers, const Backlog& backlog,
                     std::vector<Case>& cases) {
  for (const Peer& peer : peers) {
    cases.push_back({"peer " + peer.name,
                     {{"events", count_text(backlog.events)}, {"version", peer.version}},
                     [&stage, peer, backlog] { return run_peer_drain(stage, peer, backlog); }});
  }
}

void add_peer_lives(Stage& stage, const std::vector<Peer>& peers, double rate, double length,
                    std::vector<Case>& cases) {
  for (const Peer& peer : peers) {
    cases.push_back(
        {"peer " + peer.name + ", " + text_of(rate) + " events/s",
         {{"rate", text_of(rate)}, {"version", peer.version}},
         [&stage, peer, rate, length] { return run_peer_live(stage, peer, rate, length); }});
  }
}

}  // namespace bench
