#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"

// An application in Java and Freshet may write to one topic: the same key must not have two homes.
namespace {

using tests::KafkaBroker;
using tests::KafkaRecord;

constexpr const char* topic = "homes";
constexpr int partitions = 31;

/// A character of one to four bytes of UTF-8, but no control character: the tool that feeds Java's
/// producer takes a key per line, up to a tab.
std::string any_character(std::mt19937& random) {
  const auto byte = [&](unsigned first, unsigned last) {
    return static_cast<char>(std::uniform_int_distribution{first, last}(random));
  };
  switch (random() % 4) {
    case 0: return {byte(0x20, 0x7e)};
    case 1: return {byte(0xc3, 0xdf), byte(0x80, 0xbf)};
    case 2: return {byte(0xe3, 0xec), byte(0x80, 0xbf), byte(0x80, 0xbf)};
    default: return {'\xf0', '\x9f', byte(0x80, 0xbf), byte(0x80, 0xbf)};
  }
}

std::set<std::string> many_keys() {
  std::set<std::string> keys{"",
                             " ",
                             "a",
                             "ab",
                             "abc",
                             "abcd",
                             "INC0000045",
                             "01948f3e-6f0a-7c3b-8a52-0242ac120002",
                             "\xc3\xa4\xc3\xb6\xc3\xbc",
                             std::string(100'000, 'k')};
  std::mt19937 random{20'261'121};
  while (keys.size() < 10'100) {
    std::string key;
    for (auto left = 1 + random() % 40; left > 0; --left) key += any_character(random);
    keys.insert(std::move(key));
  }
  return keys;
}

void send_with_java(const std::string& broker, const std::set<std::string>& keys) {
  std::string lines;
  for (const std::string& key : keys) lines += key + "\tjava\n";
  std::vector<std::string> command = tests::kafka_java("kafka.tools.ConsoleProducer");
  for (const char* word : {"--topic", topic, "--property", "parse.key=true"}) {
    command.emplace_back(word);
  }
  command.insert(command.end(), {"--bootstrap-server", broker});
  const tests::Ended ended = tests::run_command(command, {}, lines);
  ASSERT_EQ(ended.code, 0) << ended.err;
}

TEST(Partitions, AreThoseThatKafkasOwnProducerPicksForTenThousandKeys) {
  const std::string broker = KafkaBroker::shared().address();
  tests::KafkaTopics{broker}.create(topic, partitions);
  const std::set<std::string> keys = many_keys();
  send_with_java(broker, keys);
  std::vector<KafkaRecord> ours;
  for (const std::string& key : keys) ours.push_back({.key = key, .value = "librdkafka"});
  tests::KafkaSettings client = tests::quick_client(broker);
  client["partitioner"] = "murmur2_random";
  tests::send_records(client, topic, ours);

  std::map<std::string, std::map<std::string, int>> homes;  // by key and sender
  for (const KafkaRecord& record : tests::read_topic(client, topic)) {
    ASSERT_TRUE(record.key.has_value()) << "an empty key is a key";
    homes[*record.key][*record.value] = record.partition;
  }
  EXPECT_EQ(homes.size(), keys.size());
  std::vector<std::string> torn;
  std::set<int> used;
  for (const auto& [key, home] : homes) {
    ASSERT_EQ(home.size(), 2U) << "only one of them sent " << key;
    if (home.at("java") != home.at("librdkafka")) torn.push_back(key.substr(0, 100));
    used.insert(home.at("java"));
  }
  EXPECT_TRUE(torn.empty()) << torn.size() << " keys have two homes, such as " << torn.front();
  EXPECT_EQ(used.size(), static_cast<std::size_t>(partitions));
}

}  // namespace
