#include "tests/chaos/kafka_client.hpp"

#include <array>
#include <map>
#include <memory>
#include <stdexcept>

#include <librdkafka/rdkafka.h>

namespace chaos {
namespace {

using Clock = std::chrono::steady_clock;
using Text = std::array<char, 512>;

constexpr std::chrono::minutes read_limit{2};
constexpr int ask_ms = 30'000;

template <auto destroy>
struct FreedBy {
  template <class Thing>
  void operator()(Thing* thing) const {
    destroy(thing);
  }
};
template <class Thing, auto destroy>
using Owned = std::unique_ptr<Thing, FreedBy<destroy>>;

using Client = Owned<rd_kafka_t, rd_kafka_destroy>;
using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using Topic = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Message = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using Partitions = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;

Client open(rd_kafka_type_t type, std::map<std::string, std::string> settings) {
  settings.insert({{"reconnect.backoff.ms", "20"},
                   {"reconnect.backoff.max.ms", "200"},
                   {"broker.address.family", "v4"},
                   {"log_level", "0"}});
  Text why{};
  Owned<rd_kafka_conf_t, rd_kafka_conf_destroy> conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error{why.data()};
    }
  }
  Client client{rd_kafka_new(type, conf.get(), why.data(), why.size())};
  if (!client) throw std::runtime_error{why.data()};
  (void)conf.release();  // the client's now
  return client;
}

Metadata metadata_of(rd_kafka_t* client, rd_kafka_topic_t* topic, int ms) {
  const rd_kafka_metadata_t* data = nullptr;
  const auto error = rd_kafka_metadata(client, 0, topic, &data, ms);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? Metadata{data} : Metadata{};
}

Partitions partitions_of(rd_kafka_t* client, const std::string& name) {
  const Topic topic{rd_kafka_topic_new(client, name.c_str(), nullptr)};
  const Metadata data = metadata_of(client, topic.get(), ask_ms);
  if (!data || data->topic_cnt != 1 || data->topics[0].partition_cnt == 0) {
    throw std::runtime_error{"the broker does not know the topic " + name};
  }
  Partitions all{rd_kafka_topic_partition_list_new(data->topics[0].partition_cnt)};
  for (int i = 0; i < data->topics[0].partition_cnt; ++i) {
    rd_kafka_topic_partition_list_add(all.get(), name.c_str(), i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  return all;
}

std::string text_of(const void* bytes, std::size_t size) {
  return bytes == nullptr ? "" : std::string{static_cast<const char*>(bytes), size};
}

Record record_of(const rd_kafka_message_t& message) {
  Record record{.partition = message.partition,
                .place = static_cast<long>(message.offset),
                .at_ms = static_cast<long>(rd_kafka_message_timestamp(&message, nullptr)),
                .key = std::nullopt,
                .value = text_of(message.payload, message.len),
                .headers = {}};
  if (message.key != nullptr) record.key = text_of(message.key, message.key_len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, text_of(value, size));
  }
  return record;
}

}  // namespace

bool broker_answers(const std::string& address, std::chrono::milliseconds time) {
  const Client client = open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", address}});
  const Metadata data = metadata_of(client.get(), nullptr, static_cast<int>(time.count()));
  return data && data->broker_cnt > 0;
}

void create_topics(const std::string& address, const std::vector<std::string>& topics,
                   int partitions) {
  const Client client = open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", address}});
  Text why{};
  std::vector<NewTopic> wanted;
  std::vector<rd_kafka_NewTopic_t*> raw;
  for (const std::string& topic : topics) {
    wanted.emplace_back(
        rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size()));
    raw.push_back(wanted.back().get());
  }
  const Queue queue{rd_kafka_queue_new(client.get())};
  rd_kafka_CreateTopics(client.get(), raw.data(), raw.size(), nullptr, queue.get());
  const Event answer{rd_kafka_queue_poll(queue.get(), 2 * ask_ms)};
  if (!answer) throw std::runtime_error{"the broker makes no topics"};
  const auto* result = rd_kafka_event_CreateTopics_result(answer.get());
  std::size_t count = 0;
  const auto* made =
      result == nullptr ? nullptr : rd_kafka_CreateTopics_result_topics(result, &count);
  if (count != topics.size()) throw std::runtime_error{rd_kafka_event_error_string(answer.get())};
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(made[i]);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
  }
}

void read_topic(const std::string& address, const std::string& topic,
                const std::function<void(const Record&)>& see) {
  const Client client = open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", address},
                                                 {"group.id", "chaos-checker"},
                                                 {"enable.auto.commit", "false"},
                                                 {"enable.partition.eof", "true"},
                                                 {"isolation.level", "read_uncommitted"}});
  rd_kafka_poll_set_consumer(client.get());
  const Partitions partitions = partitions_of(client.get(), topic);
  rd_kafka_assign(client.get(), partitions.get());
  const auto until = Clock::now() + read_limit;
  for (int left = partitions->cnt; left > 0;) {
    if (Clock::now() > until) throw std::runtime_error{"the end of " + topic + " is not reached"};
    const Message message{rd_kafka_consumer_poll(client.get(), 100)};
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      --left;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      see(record_of(*message));
    }
  }
  rd_kafka_consumer_close(client.get());
}

}  // namespace chaos
