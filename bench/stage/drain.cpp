#include "bench/stage/drain.hpp"

#include <algorithm>
#include <memory>

namespace bench {
std::unique_ptr<Database> published(Stage& stage, const Drain& drain) {
  return stage.copy(drain.binary + " " + drain.backlog.text(), [&](Database& database) {
    migrate(stage, drain.binary, drain.relay, database.url());
    create_read_models(database.session(), drain.backlog.projections);
    publish(database.session(), drain.backlog);
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
  const double pages = full_pages(session);
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
  const double whole = full_pages(session) - pages;
  const double used = cpu_seconds_of_ended() - cpu;
  verify_drained(session, drain.backlog, drain.relay.completion);

  const double end = last_commit(session);
  double peak = 0;
  for (const auto& relay : relays) peak = std::max(peak, relay->peak());
  Measures measures{{"completed", "events/s", events / (end - began)}};
  if (const auto rate = rate_after_first(session, drain.backlog, end)) {
    measures.push_back({"without start-up", "events/s", *rate});
    measures.push_back({"cost", "µs/event", 1e6 / *rate});
  }
  measures.insert(measures.end(), {{"WAL", "bytes/event", written / events},
                                   {"whole pages in it", "pages/event", whole / events},
                                   {"dead rows", "rows/event", dead_rows(session) / events},
                                   {"relay CPU", "µs/event", used * 1e6 / events},
                                   {"relay peak memory", "MiB", peak}});
  return measures;
}

}  // namespace bench
