#include "bench/stage/topic.hpp"

#include <ctime>
#include <stdexcept>

#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"

namespace bench {
namespace {

constexpr int partitions = 4;

// "2026-03-01T09:30:00.000250+00:00" of a payload's "due", as the writer writes it.
double due_of(const std::string& payload) {
  const auto name = payload.find("\"due\"");
  if (name == std::string::npos) return 0;
  const auto begin = payload.find('"', name + 5) + 1;
  std::tm parts{};
  const std::string text = payload.substr(begin, payload.find('"', begin) - begin);
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  return static_cast<double>(::timegm(&parts)) + std::stod("0" + std::string{rest}.substr(0, 7));
}

}  // namespace

void create_topic(const std::string& brokers, const std::string& topic) {
  tests::KafkaTopics{brokers}.create(topic, partitions,
                                     {{"message.timestamp.type", "LogAppendTime"}});
}

long records_in(const std::string& brokers, const std::string& topic) {
  const auto handle = tests::open_kafka(RD_KAFKA_PRODUCER, tests::quick_client(brokers));
  long records = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto error = rd_kafka_query_watermark_offsets(handle.get(), topic.c_str(), partition,
                                                        &low, &high, 10'000);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
    records += high - low;
  }
  return records;
}

std::vector<Arrival> arrivals(const std::string& brokers, const std::string& topic) {
  std::vector<Arrival> all;
  for (const auto& record : tests::read_topic(tests::quick_client(brokers), topic)) {
    all.push_back({static_cast<double>(record.time_ms) / 1000, due_of(record.value.value_or(""))});
  }
  return all;
}

}  // namespace bench
