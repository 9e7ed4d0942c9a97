#include "relay/forward/kafka/kafka_options.hpp"

#include <algorithm>
#include <charconv>

#include "projections/failpoint.hpp"

namespace relay::forward::kafka {
namespace {

bool careless() {
  return projections::sabotaged("forward_not_idempotent");
}

std::size_t number_of(const Config& settings, const std::string& wanted, std::size_t number) {
  for (const auto& [name, value] : settings) {
    if (name == wanted) std::from_chars(value.data(), value.data() + value.size(), number);
  }
  return number;
}

}  // namespace

Config config_of(const KafkaOptions& options) {
  Config config = {
      {"bootstrap.servers", options.brokers},
      {"client.id", "freshet"},
      {"acks", "all"},
      {"enable.idempotence", careless() ? "false" : "true"},
      {"message.timeout.ms", projections::sabotaged("forward_message_timeout")
                                 ? std::to_string(options.timeout.count() / 2)
                                 : "0"},
      {"partitioner", "murmur2_random"},  // Java's, so that a key is where other producers put it
      {"allow.auto.create.topics", "false"},
      {"topic.metadata.propagation.max.ms", "2000"},
      {"linger.ms", "0.3"},  // a batch is handed over in less than that; more would only delay it
      {"compression.codec", "lz4"},
      {"queue.buffering.max.kbytes", "65536"},
      {"socket.keepalive.enable", "true"},
      {"socket.nagle.disable", "true"},
      {"reconnect.backoff.ms", "100"},
      {"reconnect.backoff.max.ms", "2000"},
      {"log.connection.close", "false"},
  };
  config.insert(config.end(), options.settings.begin(), options.settings.end());
  return config;
}

Config gapless_config_of(const KafkaOptions& options, std::size_t set_bytes) {
  Config config = config_of(options);
  config.emplace_back("batch.size", std::to_string(set_bytes));
  if (!careless()) config.emplace_back("enable.gapless.guarantee", "true");
  return config;
}

Config one_by_one_config_of(const KafkaOptions& options) {
  Config config = config_of(options);
  config.emplace_back("batch.num.messages", "1");
  return config;
}

std::size_t record_bytes_most(const KafkaOptions& options) {
  return number_of(options.settings, "message.max.bytes", 1'000'000);
}

std::size_t set_bytes_most(const KafkaOptions& options) {
  return std::min(number_of(options.settings, "batch.size", 1'000'000), record_bytes_most(options));
}

}  // namespace relay::forward::kafka
