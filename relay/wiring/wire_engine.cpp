#include "relay/wiring/wire_engine.hpp"

#include <unistd.h>

#include <array>

#include "relay/claim/delivery_source.hpp"
#include "relay/claim/outbox_source.hpp"
#include "relay/complete/table_completer.hpp"
#include "relay/decode/row_decoder.hpp"
#include "relay/deliveries/table_ledger.hpp"
#include "relay/flow/flight_folder.hpp"
#include "relay/listeners/projection_listener.hpp"
#include "relay/measure/freshness_recorder.hpp"
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

std::string instance_name(const settings::Relay& relay) {
  if (!relay.instance.empty()) return relay.instance;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return std::string{host.data()} + ":" + std::to_string(::getpid());
}

std::string flight_folder(const settings::Relay& relay) {
  return relay.flight_record_dir.empty() ? flow::flight_folder(settings::process_environment)
                                         : relay.flight_record_dir;
}

claim::DeliveryQueue delivery_queue(const projections::Projection& projection) {
  const projections::ProjectionOptions& options = projection.options;
  return {.listener = options.name,
          .drainer = options.detached ? options.name : "",
          .skip_dead = options.on_dead == projections::OnDead::skip};
}

}  // namespace

std::map<std::string, std::string> agreed_settings(const settings::Relay& relay) {
  return {{"completion", word(relay.completion)},
          {"ordering", relay.ordering == Ordering::key ? "key" : "none"},
          {"lanes", "64"}};
}

std::unique_ptr<engine::Engine> start_engine(const settings::Settings& settings,
                                             const settings::Database& database,
                                             const projections::Registry& registry, bool drain) {
  const settings::Relay& relay = settings.relay;
  const bool ordered = relay.ordering == Ordering::key;
  const claim::ClaimLimits limits{.batch_size = relay.batch_size,
                                  .payload_max_bytes = relay.payload_max_bytes,
                                  .batch_max_bytes = relay.batch_max_bytes,
                                  .lock_timeout = relay.lock_timeout,
                                  .statement_timeout = relay.statement_timeout};
  auto source = std::make_unique<claim::OutboxSource>(ordered, limits);
  engine::EngineOptions options{.database = database.name,
                                .conninfo = database.url,
                                .instance = instance_name(relay),
                                .workers = relay.workers,
                                .lanes_per_claim = source->lanes_per_claim(),
                                .poll_max = relay.poll_max,
                                .call_limit = settings::client_limit(relay),
                                .handler_timeout = relay.handler_timeout,
                                .stuck_exit = relay.stuck_exit,
                                .flight_folder = flight_folder(relay),
                                .batch_size = relay.batch_size,
                                .drain = drain,
                                .agreed_settings = agreed_settings(relay)};
  if (database.listen) {
    options.hint_conninfo = database.direct_url.empty() ? database.url : database.direct_url;
  }

  engine::Parts parts;
  std::vector<std::string> names;
  for (const projections::Projection& projection : registry.all()) {
    parts.queues.push_back({.listener = std::make_shared<listeners::ProjectionListener>(projection),
                            .source = std::make_unique<claim::DeliverySource>(
                                delivery_queue(projection), ordered, limits),
                            .detached = projection.options.detached});
    names.push_back(projection.options.name);
  }
  parts.order = ordered ? projections::Order::by_key : projections::Order::none;
  parts.batch_size = relay.batch_size;
  parts.statement_timeout = relay.statement_timeout;
  parts.source = std::move(source);
  parts.decoder = std::make_unique<decode::RowDecoder>(relay.payload_max_bytes);
  parts.ledger = std::make_unique<deliveries::TableLedger>();
  parts.completer = std::make_unique<complete::TableCompleter>(complete_sql(relay.completion));
  parts.recorder =
      std::make_unique<measure::FreshnessRecorder>(database.url, options.instance, names);
  return std::make_unique<engine::Engine>(std::move(options), std::move(parts));
}

}  // namespace relay::wiring
