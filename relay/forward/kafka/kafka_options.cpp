#include "relay/forward/kafka/kafka_options.hpp"

#include "projections/failpoint.hpp"

namespace relay::forward::kafka {

Config config_of(const KafkaOptions& options) {
  const bool careless = projections::sabotaged("forward_not_idempotent");
  Config config = {
      {"bootstrap.servers", options.brokers},
      {"client.id", "freshet"},
      {"acks", "all"},
      {"enable.idempotence", careless ? "false" : "true"},
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

}  // namespace relay::forward::kafka
