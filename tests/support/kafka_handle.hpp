#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace tests {

/// A thing of librdkafka's, freed by the function that goes with it.
template <auto destroy>
struct FreedBy {
  template <class Thing>
  void operator()(Thing* thing) const {
    destroy(thing);
  }
};
template <class Thing, auto destroy>
using Owned = std::unique_ptr<Thing, FreedBy<destroy>>;

using KafkaHandle = Owned<rd_kafka_t, rd_kafka_destroy>;
using KafkaSettings = std::map<std::string, std::string>;

/// How long the clients of the tests wait for a broker.
inline constexpr std::chrono::milliseconds kafka_patience = std::chrono::seconds{30};

/// What a client of the tests begins with: tries again at once, and writes no log.
[[nodiscard]] KafkaSettings quick_client(const std::string& address);

/// What a producer is told of each record that it sent.
using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);

/// A client; `on_delivery` is for producers. @throws std::runtime_error with what librdkafka says.
[[nodiscard]] KafkaHandle open_kafka(rd_kafka_type_t type, const KafkaSettings& settings,
                                     OnDelivery on_delivery = nullptr);

/// Whether a broker answers at the address within the time.
[[nodiscard]] bool kafka_answers(const std::string& address, std::chrono::milliseconds time);

/// What a client with these settings is told that a broker does not let in; "" when it is let in.
[[nodiscard]] std::string why_shut_out(const KafkaSettings& client);

/// How many partitions of a topic have a leader; 0 when there is no such topic.
[[nodiscard]] int partitions_of(rd_kafka_t* handle, const std::string& topic);

}  // namespace tests
