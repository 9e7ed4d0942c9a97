#include "tests/support/kafka_handle.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace tests {
namespace {

using Text = std::array<char, 512>;
using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using Topic = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;

Metadata metadata_of(rd_kafka_t* handle, rd_kafka_topic_t* topic, std::chrono::milliseconds time) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(handle, 0, topic, &metadata, static_cast<int>(time.count()));
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? Metadata{metadata} : Metadata{};
}

}  // namespace

KafkaSettings quick_client(const std::string& address) {
  return {{"bootstrap.servers", address},    {"broker.address.family", "v4"},
          {"reconnect.backoff.ms", "20"},    {"reconnect.backoff.max.ms", "100"},
          {"socket.nagle.disable", "true"},  {"log_level", "0"},
          {"partitioner", "murmur2_random"}, {"enable.idempotence", "true"}};
}

KafkaHandle open_kafka(rd_kafka_type_t type, const KafkaSettings& settings,
                       OnDelivery on_delivery) {
  Text why{};
  Owned<rd_kafka_conf_t, rd_kafka_conf_destroy> conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error{why.data()};
    }
  }
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_ERROR);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  KafkaHandle handle{rd_kafka_new(type, conf.get(), why.data(), why.size())};
  if (!handle) throw std::runtime_error{why.data()};
  (void)conf.release();  // the client's now
  return handle;
}

bool kafka_answers(const std::string& address, std::chrono::milliseconds time) {
  const KafkaHandle handle = open_kafka(RD_KAFKA_PRODUCER, quick_client(address));
  const Metadata metadata = metadata_of(handle.get(), nullptr, time);
  return metadata && metadata->broker_cnt > 0;
}

std::string why_shut_out(const KafkaSettings& client) {
  const KafkaHandle handle = open_kafka(RD_KAFKA_PRODUCER, client);
  const Queue queue{rd_kafka_queue_get_main(handle.get())};
  std::string why = "nothing";
  (void)eventually([&] {
    if (metadata_of(handle.get(), nullptr, std::chrono::milliseconds{100})) {
      why.clear();
      return true;
    }
    while (const Event event{rd_kafka_queue_poll(queue.get(), 0)}) {
      if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) continue;
      why = rd_kafka_event_error_string(event.get());
      return true;
    }
    return false;
  });
  return why;
}

int partitions_of(rd_kafka_t* handle, const std::string& topic) {
  const Topic asked{rd_kafka_topic_new(handle, topic.c_str(), nullptr)};
  const Metadata metadata = metadata_of(handle, asked.get(), kafka_patience);
  if (!metadata || metadata->topic_cnt == 0) return 0;
  const std::span partitions{metadata->topics->partitions,
                             static_cast<std::size_t>(metadata->topics->partition_cnt)};
  return static_cast<int>(
      std::ranges::count_if(partitions, [](const auto& one) { return one.leader >= 0; }));
}

}  // namespace tests
