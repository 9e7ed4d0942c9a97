#include "tests/support/kafka_records.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace tests {
namespace {

using Clock = std::chrono::steady_clock;
using Message = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using Headers = Owned<rd_kafka_headers_t, rd_kafka_headers_destroy>;
using Partitions = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Error = Owned<rd_kafka_error_t, rd_kafka_error_destroy>;

struct Answers {
  std::size_t count = 0;
  std::string fault;
};

void count_answer(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& answers = *static_cast<Answers*>(message->_private);
  ++answers.count;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && answers.fault.empty()) {
    answers.fault = rd_kafka_err2str(message->err);
  }
}

rd_kafka_vu_t bytes(rd_kafka_vtype_t type, const std::optional<std::string>& text) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  if (text) {
    // librdkafka copies it
    argument.u.mem.ptr = const_cast<char*>(text->data());  // NOLINT(cppcoreguidelines-pro-type-*)
    argument.u.mem.size = text->size();
  }
  return argument;
}

/// @return whether there was room for it.
bool enqueue(rd_kafka_t* producer, const std::string& topic, const KafkaRecord& record,
             Answers& answers) {
  Headers headers{rd_kafka_headers_new(record.headers.size())};
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name.c_str(), -1, value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  std::vector<rd_kafka_vu_t> arguments(6);
  arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  arguments[0].u.cstr = topic.c_str();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = record.partition;
  arguments[2] = bytes(RD_KAFKA_VTYPE_KEY, record.key);
  arguments[3] = bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[4].u.ptr = &answers;
  arguments[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  arguments[5].u.headers = headers.get();
  arguments.push_back({});
  arguments.back().vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments.back().u.i = RD_KAFKA_MSG_F_COPY;
  const Error error{rd_kafka_produceva(producer, arguments.data(), arguments.size())};
  if (!error) {
    (void)headers.release();  // the record's now
    return true;
  }
  if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  throw std::runtime_error{rd_kafka_error_string(error.get())};
}

Partitions all_partitions(rd_kafka_t* consumer, const std::string& topic) {
  const int count = partitions_of(consumer, topic);
  if (count == 0) throw std::runtime_error{"there is no topic " + topic};
  Partitions list{rd_kafka_topic_partition_list_new(count)};
  for (int partition = 0; partition < count; ++partition) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  return list;
}

std::optional<std::string> text_of(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string{static_cast<const char*>(data), size};
}

KafkaRecord record_of(const rd_kafka_message_t& message) {
  KafkaRecord record{.key = text_of(message.key, message.key_len),
                     .value = text_of(message.payload, message.len),
                     .partition = message.partition,
                     .offset = message.offset,
                     .time_ms = rd_kafka_message_timestamp(&message, nullptr)};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t at = 0;
       rd_kafka_header_get_all(headers, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++at) {
    record.headers.emplace_back(name, text_of(value, size).value_or(""));
  }
  return record;
}

}  // namespace

void send_records(const KafkaSettings& client, const std::string& topic,
                  const std::vector<KafkaRecord>& records) {
  Answers answers;
  const KafkaHandle producer = open_kafka(RD_KAFKA_PRODUCER, client, count_answer);
  const auto deadline = Clock::now() + kafka_patience;
  for (const KafkaRecord& record : records) {
    while (!enqueue(producer.get(), topic, record, answers) && Clock::now() < deadline) {
      rd_kafka_poll(producer.get(), 10);
    }
  }
  rd_kafka_flush(producer.get(), static_cast<int>(kafka_patience.count()));
  if (!answers.fault.empty()) throw std::runtime_error{answers.fault};
  if (answers.count != records.size()) throw std::runtime_error{"not all was acknowledged"};
}

std::vector<KafkaRecord> read_topic(const KafkaSettings& client, const std::string& topic) {
  KafkaSettings settings = client;
  settings.insert({{"group.id", "reader"},
                   {"enable.auto.commit", "false"},
                   {"enable.partition.eof", "true"},
                   {"fetch.wait.max.ms", "10"}});
  const KafkaHandle consumer = open_kafka(RD_KAFKA_CONSUMER, settings);
  rd_kafka_poll_set_consumer(consumer.get());
  const Partitions partitions = all_partitions(consumer.get(), topic);
  rd_kafka_assign(consumer.get(), partitions.get());
  std::vector<KafkaRecord> records;
  const auto deadline = Clock::now() + kafka_patience;
  for (int left = partitions->cnt; left > 0 && Clock::now() < deadline;) {
    const Message message{rd_kafka_consumer_poll(consumer.get(), 100)};
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (--left == 0) break;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      records.push_back(record_of(*message));
    }
  }
  if (Clock::now() >= deadline) throw std::runtime_error{"the end of " + topic + " is not reached"};
  std::ranges::sort(records, {}, [](const KafkaRecord& record) {
    return std::tuple{record.partition, record.offset};
  });
  return records;
}

}  // namespace tests
