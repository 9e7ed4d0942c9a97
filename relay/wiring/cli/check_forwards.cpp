#include "relay/wiring/cli/check_forwards.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "projections/failure.hpp"
#include "projections/type_pattern.hpp"
#include "relay/base/side_by_side.hpp"
#include "relay/forward/kafka/topic_check.hpp"
#include "relay/forward/recipe.hpp"
#include "relay/forward/topic_name.hpp"
#include "relay/pg/connection.hpp"
#include "relay/store/outbox/event_rows.hpp"
#include "relay/wiring/cli/each_database.hpp"
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

using Asked = std::function<bool(const settings::Database&)>;

/// What some events of a database say.
struct Sample {
  Topics topics;
  std::string trouble;  ///< Why it could not be asked, or empty.
};

Sample sample_of(const settings::Database& database, const std::vector<ReadyForward>& open) {
  std::vector<ReadyForward> here;
  std::ranges::copy_if(open, std::back_inserter(here), [&](const ReadyForward& forward) {
    return runs_in(database, forward.options.name);
  });
  Sample found;
  if (here.empty()) return found;
  try {
    sample(database, here, found.topics);
  } catch (const std::exception&) {
    found.trouble = projections::current_failure().message;
  }
  return found;
}

Topics topics_of(const Blueprint& blueprint, const Asked& asked, preflight::Findings& findings) {
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
  const auto& databases = blueprint.settings.databases;
  std::vector<Sample> samples(databases.size());
  side_by_side(
      databases.size(), databases_at_once,
      [&](std::size_t i) {
        if (!asked || asked(databases[i])) samples[i] = sample_of(databases[i], open);
      },
      [&](std::size_t i) {
        for (const std::string& topic : samples[i].topics) {
          if (topics.size() < topics_most) topics.insert(topic);
        }
        if (samples[i].trouble.empty()) return;
        warning(findings, "the topics of events in " + databases[i].name +
                              " are not known: " + samples[i].trouble);
      });
  return topics;
}

}  // namespace

preflight::Findings inspect_forwards(const Blueprint& blueprint, std::chrono::milliseconds time,
                                     const std::function<bool(const settings::Database&)>& asked) {
  preflight::Findings findings;
  if (blueprint.forwards.empty() || !blueprint.settings.kafka) return findings;
  const forward::kafka::KafkaOptions options = kafka_options(blueprint);
  const Topics topics = topics_of(blueprint, asked, findings);
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
