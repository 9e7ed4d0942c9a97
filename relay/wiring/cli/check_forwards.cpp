#include "relay/wiring/cli/check_forwards.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "projections/failure.hpp"
#include "projections/type_pattern.hpp"
#include "relay/forward/kafka/topic_check.hpp"
#include "relay/forward/recipe.hpp"
#include "relay/forward/topic_name.hpp"
#include "relay/pg/connection.hpp"
#include "relay/store/outbox/event_rows.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/wire_engine.hpp"
#include "schema/statements.hpp"

namespace relay::wiring {
namespace {

using Topics = std::set<std::string>;

// A look, not a search.
constexpr const char* pending_per_lane = "4";
constexpr const char* latest = "200";
constexpr std::int64_t payload_most = 16'384;
constexpr std::size_t topics_most = 200;

void add_topics_of(const std::vector<ReadyForward>& forwards, const decode::DecodedEvent& decoded,
                   Topics& topics) {
  for (const ReadyForward& forward : forwards) {
    if (topics.size() >= topics_most ||
        !projections::listens(forward.options, decoded.event.type, decoded.listener_id)) {
      continue;
    }
    try {
      std::string topic = forward.recipe.topic.text_of(decoded.event);
      if (forward::topic_name_fault(topic).empty()) topics.insert(std::move(topic));
    } catch (const std::exception&) {
      continue;  // of a large payload, or a dead letter whatever the brokers say
    }
  }
}

void sample(const settings::Database& database, const std::vector<ReadyForward>& forwards,
            Topics& topics) {
  namespace sql = schema::statements;
  OutboxConnection connection{database,
                              {.application_name = "freshet check", .wanted = pg::Wanted::any}};
  const auto rows =
      pg::Script{connection}
          .limit(pg::of_a_look)
          .add(sql::plan_by_index)
          .add(sql::sample_events, {pending_per_lane, latest, std::to_string(payload_most)})
          .run();
  const decode::DecodedBatch batch = decode::decode(store::outbox::event_rows(rows), payload_most);
  for (const decode::DecodedEvent& decoded : batch.events) {
    add_topics_of(forwards, decoded, topics);
  }
}

Topics topics_of(const Blueprint& blueprint, preflight::Findings& findings) {
  Topics topics;
  std::vector<ReadyForward> open;  // whose topics only events can tell
  for (const ReadyForward& forward : blueprint.forwards) {
    if (auto topic = forward::fixed_topic(forward.recipe)) {
      topics.insert(std::move(*topic));
    } else {
      open.push_back(forward);
    }
  }
  if (open.empty()) return topics;
  for (const settings::Database& database : blueprint.settings.databases) {
    std::vector<ReadyForward> here;
    std::ranges::copy_if(open, std::back_inserter(here), [&](const ReadyForward& forward) {
      return runs_in(database, forward.options.name);
    });
    if (here.empty()) continue;
    try {
      sample(database, here, topics);
    } catch (const std::exception&) {
      warning(findings, "the topics of events in " + database.name +
                            " are not known: " + projections::current_failure().message);
    }
  }
  return topics;
}

}  // namespace

preflight::Findings inspect_forwards(const Blueprint& blueprint, std::chrono::milliseconds time) {
  preflight::Findings findings;
  if (blueprint.forwards.empty() || !blueprint.settings.kafka) return findings;
  const forward::kafka::KafkaOptions options = kafka_options(blueprint);
  const Topics topics = topics_of(blueprint, findings);
  forward::kafka::TopicReport report;
  try {
    report = forward::kafka::check_topics(options, topics, time);
  } catch (const std::invalid_argument& error) {
    fault(findings, std::string{"[kafka.options]: "} + error.what());
  }
  if (!report.down.empty()) {
    fault(findings, "Kafka at " + options.brokers + " cannot be asked: " + report.down);
  }
  for (const std::string& sentence : report.faults) fault(findings, sentence);
  return findings;
}

}  // namespace relay::wiring
