#include "bench/stage/drain.hpp"

#include <algorithm>
#include <memory>

namespace bench {
namespace {

std::string key_of(const Drain& drain) {
  const Backlog& b = drain.backlog;
  return drain.binary + "|" + std::to_string(b.events) + "|" + std::to_string(b.keys) + "|" +
         std::to_string(b.types) + "|" + std::to_string(b.note_bytes) + "|" +
         std::to_string(static_cast<int>(b.analyse)) + "|" + drain.prepared;
}

}  // namespace

std::unique_ptr<Database> published(Stage& stage, const Drain& drain) {
  return stage.copy(key_of(drain), [&](Database& database) {
    // A service with projections in C++ is the relay; the stock one migrates as well.
    migrate(stage, drain.binary, drain.relay, database.url());
    create_read_models(database.session());
    publish(database.session(), drain.backlog);
    if (drain.prepare) drain.prepare(database);
  });
}

Measures run_drain(Stage& stage, const Drain& drain) {
  const auto database = published(stage, drain);
  Session& session = database->session();
  const std::string url = drain.url ? drain.url(database->url()) : database->url();
  const auto events = static_cast<double>(drain.backlog.events);
  // A rate that would be a disgrace, and then some.
  const auto limit = std::chrono::seconds{120 + drain.backlog.events / 500};

  const double cpu = cpu_seconds_of_ended();
  const double wal = wal_bytes(session);
  const double began = now(session);
  std::vector<std::unique_ptr<Relay>> relays;
  for (int i = 0; i < drain.processes; ++i) {
    RelaySettings settings = drain.relay;
    settings.instance = "bench-" + std::to_string(i + 1);
    relays.push_back(std::make_unique<Relay>(stage, drain.binary, settings, url,
                                             std::vector<std::string>{"--drain"}));
  }
  for (const auto& relay : relays) relay->finish(limit);
  const double written = wal_bytes(session) - wal;
  const double used = cpu_seconds_of_ended() - cpu;
  verify_drained(session, drain.backlog, drain.relay.completion);

  const double end = last_commit(session);
  double peak = 0;
  for (const auto& relay : relays) peak = std::max(peak, relay->peak());
  return {{"completed", "events/s", events / (end - began)},
          {"from the first effect", "events/s", events / (end - first_commit(session))},
          {"WAL", "bytes/event", written / events},
          {"dead rows", "rows/event", dead_rows(session) / events},
          {"relay CPU", "µs/event", used * 1e6 / events},
          {"relay peak memory", "MiB", peak}};
}

}  // namespace bench
