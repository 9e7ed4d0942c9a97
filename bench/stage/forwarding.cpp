#include "bench/stage/forwarding.hpp"

#include <stdexcept>

#include "bench/figures/sample.hpp"
#include "bench/stage/drain.hpp"
#include "bench/stage/topic.hpp"
#include "bench/stage/wait.hpp"

namespace bench {
namespace {

// When nothing was left, by looks through the index; deleted rows cannot tell.
double end_of_rows(Database& database, Relay& relay, std::chrono::seconds limit) {
  Session looking{database.url()};
  looking.run("SET enable_seqscan = off; SET enable_bitmapscan = off");
  double end = 0;
  const bool done = within(limit, often, [&] {
    end = now(looking);
    return looking.value(
               "SELECT EXISTS (SELECT FROM event_publication WHERE completion_date IS NULL "
               "AND NOT parked ORDER BY freshet_lane(aggregate_type, aggregate_id, id), "
               "seq)") == "f";
  });
  if (!done) throw std::runtime_error{"the relay did not drain in time:\n" + relay.log()};
  return end;
}

std::unique_ptr<Database> outbox_with(Stage& stage, const ForwardDrain& drain) {
  return published(stage, {.binary = drain.binary,
                           .relay = {.completion = drain.completion},
                           .backlog = drain.backlog});
}

}  // namespace

std::string brokers() {
  return needed_variable("FRESHET_TEST_KAFKA");
}

std::string new_topic() {
  static int topics = 0;
  std::string topic = "bench-" + std::to_string(++topics);
  create_topic(brokers(), topic);
  return topic;
}

std::string forward_to(const std::string& topic) {
  return "[[forward]]\nname = \"out\"\nevents = [\"*\"]\ntopic = \"" + topic + "\"\n";
}

Measures run_forward_drain(Stage& stage, const ForwardDrain& drain) {
  const auto database = outbox_with(stage, drain);
  Session& session = database->session();
  const std::string topic = new_topic();
  const RelaySettings settings{
      .completion = drain.completion,
      .listeners = forward_to(topic) + (drain.beside_projection ? state_projections() : ""),
      .kafka = brokers()};
  const auto events = static_cast<double>(drain.backlog.events);
  const auto limit = std::chrono::seconds{120 + drain.backlog.events / 500};
  const double cpu = cpu_seconds_of_ended();
  const double wal = wal_bytes(session);
  const double began = now(session);
  Relay relay{stage, drain.binary, settings, database->url(), {"--drain"}};
  double end = 0;
  if (drain.completion == "delete") end = end_of_rows(*database, relay, limit);
  relay.finish(limit);
  const double written = wal_bytes(session) - wal;
  const double used = cpu_seconds_of_ended() - cpu;
  if (drain.completion != "delete") end = last_commit(session);
  verify_complete(session);
  demand(session.number("SELECT count(*) FROM event_delivery"), 0, "open deliveries");
  demand(static_cast<double>(records_in(brokers(), topic)), events, "records");
  if (drain.beside_projection) {
    demand(session.number("SELECT sum(events) FROM bench_state"), events, "effects");
  }
  return {{"completed", "events/s", events / (end - began)},
          {"WAL", "bytes/event", written / events},
          {"relay CPU", "µs/event", used * 1e6 / events},
          {"relay peak memory", "MiB", relay.peak()}};
}

Measures lag_to_topic(const std::string& topic, double from) {
  std::vector<double> lags;
  for (const Arrival& each : arrivals(brokers(), topic)) {
    if (each.due >= from) lags.push_back((each.arrived - each.due) * 1000);
  }
  return {{"lag to the topic p95", "ms", percentile(lags, 0.95)},
          {"lag to the topic p50", "ms", percentile(lags, 0.5)},
          {"lag to the topic p99", "ms", percentile(lags, 0.99)},
          {"lag to the topic p99.9", "ms", percentile(lags, 0.999)}};
}

Measures run_forward_live(Stage& stage, const std::string& binary, double rate, double seconds) {
  constexpr double warm_up_s = 1;
  const auto database = live_database(stage, {.binary = binary});
  Session& session = database->session();
  const std::string topic = new_topic();
  Relay relay{stage, binary, {.listeners = forward_to(topic), .kafka = brokers()}, database->url()};
  await_start(session, relay);
  const Written written = write_load({.url = database->url(),
                                      .sql = outbox_insert(),
                                      .rate = rate,
                                      .seconds = seconds + warm_up_s,
                                      .connections = connections_for(rate)});
  const auto open = [&] {
    return session.count("SELECT count(*) FROM event_publication WHERE completion_date IS NULL");
  };
  (void)within(std::chrono::seconds{60}, seldom, [&] { return open() == 0; });
  relay.stop();
  verify_complete(session);
  demand(static_cast<double>(records_in(brokers(), topic)), static_cast<double>(written.events),
         "records");
  const auto p95 = session.number(
      "SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM committed - due) * "
      "1000) FROM (SELECT pg_xact_commit_timestamp(xmin) AS committed, "
      "(serialized_event::json->>'due')::timestamptz AS due FROM event_publication) e "
      "WHERE due >= to_timestamp($1::float8)",
      {std::to_string(written.began + warm_up_s)});
  Measures measures{{"lag p95", "ms", p95}};
  const Measures more = lag_to_topic(topic, written.began + warm_up_s);
  measures.insert(measures.end(), more.begin(), more.end());
  measures.push_back({"relay peak memory", "MiB", relay.peak()});
  return measures;
}

}  // namespace bench
