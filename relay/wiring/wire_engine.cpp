#include "relay/wiring/wire_engine.hpp"

#include <algorithm>

#include "relay/forward/kafka/kafka_sink.hpp"
#include "relay/listeners/projection_listener.hpp"
#include "relay/measure/freshness_recorder.hpp"
#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/store/outbox/outbox_store.hpp"
#include "relay/wiring/forward_listener.hpp"
#include "relay/wiring/wire_upkeep.hpp"
#include "schema/statements.hpp"

namespace relay::wiring {
namespace {

using settings::Completion;
using settings::Ordering;

std::string_view complete_sql(Completion mode) {
  switch (mode) {
    case Completion::update: return schema::statements::complete_update;
    case Completion::remove: return schema::statements::complete_delete;
    case Completion::archive: return schema::statements::complete_archive;
  }
  return schema::statements::complete_update;
}

const char* word(Completion mode) {
  switch (mode) {
    case Completion::update: return "update";
    case Completion::remove: return "delete";
    case Completion::archive: return "archive";
  }
  return "update";
}

engine::Queue queue_of(const projections::Projection& projection) {
  return {.listener = std::make_shared<listeners::ProjectionListener>(projection),
          .detached = projection.options.detached};
}

// The database says which of the two is to be worked off; see listeners::forward.
void add_queues(const ReadyForward& ready, const std::shared_ptr<forward::Sink>& sink,
                const settings::Settings& settings, std::vector<engine::Queue>& queues) {
  constexpr std::chrono::seconds to_give_up{3};
  auto listener = std::make_shared<ForwardListener>(
      ready.options, forward::Forward{ready.options.on_dead, ready.recipe, sink},
      settings.kafka.value_or(settings::Kafka{}).timeout + to_give_up);
  for (const bool detached : {false, true}) {
    queues.push_back({.listener = listener, .detached = detached, .workers = ready.workers});
  }
}

std::unique_ptr<store::Store> store_of(const std::string& instance,
                                       const settings::Database& database, pg::Watchdog& watchdog) {
  store::outbox::OutboxOptions options{
      .conninfo = database.url,
      .schema = database.schema,
      .instance = instance,
      .call_limit = settings::client_limit(database),
      .connect_timeout = database.connect_timeout,
      .watchdog = &watchdog,
      .slow = slow_statements(database),
      .claim = {.ordered = database.ordering == Ordering::key,
                .batch_size = database.batch_size,
                .payload_max_bytes = database.payload_max_bytes,
                .batch_max_bytes = database.batch_max_bytes,
                .transaction = {database.lock_timeout, database.statement_timeout,
                                settings::idle_limit(database)}},
      .complete_sql = complete_sql(database.completion)};
  if (database.listen) {
    options.hint_conninfo = database.direct_url.empty() ? database.url : database.direct_url;
  }
  return std::make_unique<store::outbox::OutboxStore>(std::move(options));
}

}  // namespace

pg::SlowStatements slow_statements(const settings::Database& database) {
  return {.database = database.name, .longer_than = database.slow_query};
}

std::map<std::string, std::string> agreed_settings(const settings::Work& work) {
  return {{"completion", word(work.completion)},
          {"ordering", work.ordering == Ordering::key ? "key" : "none"},
          {"lanes", "64"}};
}

forward::kafka::KafkaOptions kafka_options(const Blueprint& blueprint) {
  const settings::Kafka kafka = blueprint.settings.kafka.value_or(settings::Kafka{});
  int threads = blueprint.settings.relay.workers;
  for (const ReadyForward& forward : blueprint.forwards) threads += forward.workers;
  return {.brokers = kafka.brokers,
          .settings = {kafka.options.begin(), kafka.options.end()},
          .timeout = kafka.timeout,
          .callers = threads * static_cast<int>(blueprint.settings.databases.size())};
}

std::shared_ptr<forward::Sink> open_sink(const Blueprint& blueprint) {
  if (blueprint.forwards.empty() || !blueprint.settings.kafka) return nullptr;
  try {
    return std::make_shared<forward::kafka::KafkaSink>(kafka_options(blueprint));
  } catch (const std::invalid_argument& error) {
    throw settings::SettingsError{{std::string{"[kafka.options]: "} + error.what()}};
  }
}

// A listener's own workers are as many at once as one database has.
runtime::Schedule::Options schedule_options(const Blueprint& blueprint) {
  const settings::Relay& relay = blueprint.settings.relay;
  int drainers = 0;
  for (const projections::Projection& projection : blueprint.registry.all()) {
    drainers += projection.options.detached ? 1 : 0;
  }
  for (const ReadyForward& forward : blueprint.forwards) drainers += forward.workers;
  constexpr int lookers = 2;
  constexpr int chores = 1;
  return {.sessions = relay.connections,
          .at_once = {lookers, relay.workers, std::max(drainers, 1), chores}};
}

runtime::Share share_of(const settings::Database& database, const settings::Relay& relay) {
  auto way = pg::read_conninfo(database.url, "", pg::Wanted::writer).options;
  return {.database = database.name,
          .server = pg::server_of(database.url),
          .role = way["user"],
          .on_server = way["dbname"],
          .most = database.connections > 0 ? database.connections : relay.connections,
          .least = database.connections_min,
          .idle_timeout = database.idle_timeout,
          .acquire_timeout = database.acquire_timeout};
}

engine::Engine& serve(const SharedParts& shared, const Blueprint& blueprint,
                      const settings::Database& database, bool drain) {
  const settings::Relay& relay = blueprint.settings.relay;
  engine::EngineOptions options{.database = database.name,
                                .workers = relay.workers,
                                .poll_min = database.poll_min,
                                .poll_max = database.poll_max,
                                .call_limit = settings::client_limit(database),
                                .breaker_failures = database.breaker_failures,
                                .breaker_pause = database.breaker_pause,
                                .drain = drain,
                                .agreed_settings = agreed_settings(database)};
  engine::EngineParts parts;
  std::vector<std::string> names;
  for (const projections::Projection& projection : blueprint.registry.all()) {
    if (!runs_in(database, projection.options.name)) continue;
    parts.queues.push_back(queue_of(projection));
    names.push_back(projection.options.name);
  }
  for (const ReadyForward& forward : blueprint.forwards) {
    if (!runs_in(database, forward.options.name)) continue;
    add_queues(forward, shared.sink, blueprint.settings, parts.queues);
    names.push_back(forward.options.name);
  }
  parts.order =
      database.ordering == Ordering::key ? projections::Order::by_key : projections::Order::none;
  parts.payload_max_bytes = database.payload_max_bytes;
  parts.synchronous_commit = database.synchronous_commit;
  parts.statement_timeout = database.statement_timeout;
  auto store = store_of(relay.instance, database, shared.watchdog);
  if (blueprint.around_store) store = blueprint.around_store(std::move(store));
  parts.store = std::move(store);
  const auto recorder = std::make_shared<measure::FreshnessRecorder>(
      measure::FreshnessRecorder::Options{.conninfo = database.url,
                                          .instance = relay.instance,
                                          .listeners = std::move(names),
                                          .watchdog = &shared.watchdog,
                                          .connect_timeout = database.connect_timeout,
                                          .slow = slow_statements(database),
                                          .asleep_sign = relay.sleep_look * 5 / 4});
  parts.recorder = recorder;
  const auto chores = [&](const runtime::Beside& beside) {
    recorder->tell_of_sessions([take = beside.take_use, most = relay.connections] {
      runtime::Pool::Use use = take();
      return measure::SessionUse{use.held,
                                 use.most,
                                 use.of_all,
                                 most,
                                 use.waiting,
                                 std::move(use.acquiring),
                                 std::move(use.running)};
    });
    runtime::Chores all{recorder};
    if (shared.upkeep) {
      all.push_back(upkeep_of(blueprint, database, beside.engine, shared.watchdog));
    }
    return all;
  };
  return shared.runtime.serve({.options = std::move(options),
                               .parts = std::move(parts),
                               .bounds = {.handler_timeout = database.handler_timeout,
                                          .stuck_exit = database.stuck_exit,
                                          .flight_folder = relay.flight_record_dir,
                                          .batch_size = database.batch_size},
                               .share = share_of(database, relay),
                               .listens = database.listen,
                               .may_sleep = !database.listen && !drain,
                               .chores = chores});
}

}  // namespace relay::wiring
