#include "bench/stage/live.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/stage/outbox.hpp"
#include "bench/stage/wait.hpp"
#include "tests/support/proc_stat.hpp"

namespace bench {

void await_start(Session& session, Relay& relay) {
  const bool there = within(std::chrono::seconds{20}, often, [&] {
    return !relay.running() || session.count("SELECT count(*) FROM event_listener") > 0;
  });
  if (!there || !relay.running()) {
    throw std::runtime_error{"the relay did not begin to work:\n" + relay.log()};
  }
}

void await_effects(Session& session, long events, std::chrono::seconds time) {
  const auto there = [&] { return session.count("SELECT count(*) FROM bench_effect"); };
  if (within(time, seldom, [&] { return there() >= events; })) return;
  throw std::runtime_error{std::to_string(there()) + " effects of " + std::to_string(events) +
                           " events after " + std::to_string(time.count()) + " s more"};
}

void verify_effects(Session& session, long events) {
  const auto rows = session.run("SELECT count(*), count(DISTINCT due) FROM bench_effect").at(0);
  if (rows.at(0) == std::to_string(events) && rows.at(1) == rows.at(0)) return;
  throw std::runtime_error{rows.at(0) + " effects of " + rows.at(1) + " events, where " +
                           std::to_string(events) + " were written"};
}

Measures lag_percentiles(Session& session, double from, double to) {
  const auto rows = session.run(
      "SELECT unnest(percentile_disc(ARRAY[0.5, 0.95, 0.99, 0.999, 1]) WITHIN GROUP (ORDER BY "
      "extract(epoch FROM pg_xact_commit_timestamp(xmin) - due) * 1000)) FROM bench_effect "
      "WHERE due >= to_timestamp($1::float8) AND due < to_timestamp($2::float8)",
      {std::to_string(from), std::to_string(to)});
  if (rows.size() != 5) throw std::runtime_error{"no event was due in the time to be measured"};
  const auto ms = [&](std::size_t at) { return std::stod(rows[at].at(0)); };
  return {{"lag p95", "ms", ms(1)},
          {"lag p50", "ms", ms(0)},
          {"lag p99", "ms", ms(2)},
          {"lag p99.9", "ms", ms(3)},
          {"lag max", "ms", ms(4)}};
}

Measure lag_p95(Session& session, const std::string& name, double from, double to) {
  return {name, "ms", lag_percentiles(session, from, to).at(0).value};
}

std::unique_ptr<Database> live_database(Stage& stage, const Live& live) {
  return stage.copy(live.binary + " live", [&](Database& fresh) {
    migrate(stage, live.binary, live.relay, fresh.url());
    create_read_models(fresh.session());
  });
}

Measures run_live(Stage& stage, const Live& live) {
  RelaySettings settings = live.relay;
  if (settings.listeners.empty()) settings.listeners = effect_projection();
  const auto database = live_database(stage, live);
  Session& session = database->session();
  if (settings.listen) wake_by_trigger(session);
  Relay relay{stage, live.binary, settings, database->url()};
  await_start(session, relay);
  const Written written =
      write_load({.url = database->url(),
                  .sql = outbox_insert(),
                  .events_per_transaction = live.events_per_transaction,
                  .rate = live.rate,
                  .seconds = live.seconds + live.warm_up_s,
                  .connections = connections_for(live.rate / live.events_per_transaction)});
  const long behind = written.events - session.count("SELECT count(*) FROM bench_effect");
  const double used = tests::processor_seconds(relay.pid());
  await_effects(session, written.events, std::chrono::seconds{60});
  relay.stop();
  verify_effects(session, written.events);
  if (live.all_complete) verify_complete(session);
  Measures measures = lag_percentiles(session, written.began + live.warm_up_s);
  measures.push_back({"behind at the end", "events", static_cast<double>(behind)});
  measures.push_back({"writer late p95", "ms", written.late_ms});
  measures.push_back({"relay CPU", "%", used * 100 / (live.seconds + live.warm_up_s)});
  measures.push_back({"relay peak memory", "MiB", relay.peak()});
  return measures;
}

}  // namespace bench
