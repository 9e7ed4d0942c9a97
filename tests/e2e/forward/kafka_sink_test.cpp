#include "relay/forward/kafka/kafka_sink.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/sink_run.hpp"

namespace {

using namespace std::chrono_literals;
using relay::forward::Receipt;
using relay::forward::Record;
using relay::forward::SinkDown;
using relay::forward::kafka::KafkaOptions;
using relay::forward::kafka::KafkaSink;
using testing::HasSubstr;
using tests::KafkaBroker;
using tests::KafkaRecord;
using tests::KafkaTopics;
using tests::kinds;
using tests::options;
using tests::record;
using tests::send_until_it_goes;
using Kind = Receipt::Kind;

std::vector<std::string> values(const KafkaBroker& broker, const std::string& topic) {
  std::vector<std::string> all;
  for (const KafkaRecord& kept : tests::read_topic(tests::quick_client(broker.address()), topic)) {
    all.push_back(kept.value.value_or("(none)"));
  }
  return all;
}

TEST(KafkaSink, SendsKeyValueAndHeadersInTheirOrder) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("sink-order", 4);
  KafkaSink sink{options(broker)};
  std::vector<std::string> texts;
  for (int i = 0; i < 2'000; ++i) texts.push_back(std::to_string(i));
  std::vector<Record> records;
  for (int i = 0; i < 2'000; ++i) {
    records.push_back(record("sink-order", "k" + std::to_string(i % 7), texts[i]));
  }
  records[5].headers = {{"n", "5"}, {"bytes", std::string{"\0\xff", 2}}};
  records[6].value.reset();
  for (const Receipt& receipt : sink.send(records)) EXPECT_EQ(receipt.kind, Kind::acknowledged);

  const auto kept = tests::read_topic(tests::quick_client(broker.address()), "sink-order");
  ASSERT_EQ(kept.size(), 2'000U);
  std::map<std::string, int> last;
  std::map<std::string, std::set<int>> partitions;
  int tombstones = 0;
  for (const KafkaRecord& one : kept) {
    partitions[*one.key].insert(one.partition);
    if (!one.value) {
      ++tombstones;
      continue;
    }
    const int number = std::stoi(*one.value);
    EXPECT_GE(number, last[*one.key]);
    last[*one.key] = number;
    if (number == 5) {
      EXPECT_EQ(one.headers[0], (std::pair<std::string, std::string>{"n", "5"}));
      EXPECT_EQ(one.headers[1].second, (std::string{"\0\xff", 2}));
    }
  }
  EXPECT_EQ(tombstones, 1);
  for (const auto& [key, all] : partitions) EXPECT_EQ(all.size(), 1U) << key;
  EXPECT_TRUE(sink.available());
  EXPECT_EQ(sink.trouble(), "");
}

TEST(KafkaSink, ClosesATopicThatDoesNotExistUntilItDoesWhileOthersGoOn) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  topics.create("sink-there", 1);
  KafkaSink sink{options(broker)};
  const std::vector<Record> records = {record("sink-missing", "a", "1"),
                                       record("sink-there", "a", "2"),
                                       record("sink-missing", "a", "3")};
  EXPECT_EQ(kinds(sink.send(records)),
            (std::vector{Kind::closed, Kind::acknowledged, Kind::closed}));
  ASSERT_TRUE(sink.closed("sink-missing"));
  EXPECT_THAT(sink.closed("sink-missing")->why, HasSubstr("does not exist: create it"));
  EXPECT_THAT(sink.trouble(), HasSubstr("\"sink-missing\" does not exist"));
  EXPECT_TRUE(sink.available());

  topics.create("sink-missing", 1);
  ASSERT_TRUE(tests::eventually([&] { return !sink.closed("sink-missing"); }, 10s));
  for (const Receipt& receipt : sink.send(records)) EXPECT_EQ(receipt.kind, Kind::acknowledged);
  EXPECT_EQ(values(broker, "sink-missing"), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(sink.trouble(), "");
}

TEST(KafkaSink, ClosesATopicThatItMayNotWriteAndNothingOfItIsLost) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  topics.create("sink-forbidden", 1);
  KafkaSink sink{options(broker)};
  EXPECT_EQ(kinds(sink.send({record("sink-forbidden", "a", "0")})),
            std::vector{Kind::acknowledged});
  topics.forbid_writing("sink-forbidden");
  const std::vector<Record> records = {record("sink-forbidden", "a", "1"),
                                       record("sink-forbidden", "a", "2")};
  EXPECT_EQ(kinds(sink.send(records)), (std::vector{Kind::closed, Kind::closed}));
  EXPECT_THAT(sink.trouble(), HasSubstr("may not be written"));
  topics.permit_writing("sink-forbidden");
  ASSERT_TRUE(tests::eventually([&] { return !sink.closed("sink-forbidden"); }, 10s));
  EXPECT_EQ(kinds(sink.send(records)), (std::vector{Kind::acknowledged, Kind::acknowledged}));
  EXPECT_EQ(values(broker, "sink-forbidden"), (std::vector<std::string>{"0", "1", "2"}));
}

TEST(KafkaSink, FindsTheRecordThatTheBrokerRefusesAndDeliversItsNeighbours) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("sink-small", 1, {{"max.message.bytes", "2000"}});
  KafkaOptions plainly = options(broker);
  plainly.settings = {{"compression.codec", "none"}};
  KafkaSink sink{plainly};
  const std::string large(3'000, 'x');
  const std::vector<Record> records = {
      record("sink-small", "a", "1"), record("sink-small", "b", "2"),
      record("sink-small", "c", large), record("sink-small", "d", "4")};
  const auto receipts = sink.send(records);
  EXPECT_EQ(kinds(receipts), (std::vector{Kind::acknowledged, Kind::acknowledged, Kind::refused,
                                          Kind::acknowledged}));
  EXPECT_THAT(receipts[2].why, HasSubstr("too large"));
  auto kept = values(broker, "sink-small");
  std::ranges::sort(kept);
  EXPECT_EQ(kept, (std::vector<std::string>{"1", "2", "4"}));
}

TEST(KafkaSink, TellsBeforehandWhatNoBrokerWouldTake) {
  KafkaOptions small = options(KafkaBroker::shared());
  small.settings = {{"message.max.bytes", "2000"}};
  const KafkaSink sink{small};
  const std::string large(1'990, 'x');
  EXPECT_THAT(sink.fault_of(record("t", "a", large)), HasSubstr("message.max.bytes"));
  EXPECT_EQ(sink.fault_of(record("t", "a", "small")), "");
}

TEST(KafkaSink, RefusesSettingsThatLibrdkafkaDoesNotTakeAndDoesNotShowTheirValues) {
  KafkaOptions wrong = options(KafkaBroker::shared());
  wrong.settings = {{"compression.codec", "s3cret"}};
  try {
    const KafkaSink sink{wrong};
    FAIL() << "it was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"compression.codec\""));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("s3cret")));
  }
  wrong.settings = {{"no.such.setting", "1"}};
  EXPECT_THROW(KafkaSink{wrong}, std::invalid_argument);
}

TEST(KafkaSink, GivesUpAStoppedBrokerInTimeAndGoesOnWhenItIsBack) {
  KafkaBroker broker;
  KafkaTopics{broker.address()}.create("t", 1);
  KafkaSink sink{options(broker, 2s)};
  const std::vector<Record> records = {record("t", "a", "1"), record("t", "a", "2")};
  (void)sink.send({record("t", "a", "0")});
  broker.freeze();
  for (int failures = 0; failures < 3; ++failures) {
    ASSERT_TRUE(sink.available());
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW((void)sink.send(records), SinkDown);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 8s);
  }
  EXPECT_FALSE(sink.available()) << "the breaker is open";
  EXPECT_THAT(sink.trouble(), HasSubstr("cannot be used since"));
  EXPECT_THROW((void)sink.send(records), SinkDown);
  broker.thaw();
  ASSERT_TRUE(tests::eventually([&] { return sink.available(); }, 60s));
  EXPECT_EQ(send_until_it_goes(sink, records), 0);
  EXPECT_EQ(sink.trouble(), "");
  std::map<std::string, int> times;
  std::vector<std::string> first;
  for (const std::string& value : values(broker, "t")) {
    if (++times[value] == 1) first.push_back(value);
  }
  EXPECT_EQ(first, (std::vector<std::string>{"0", "1", "2"}));
  for (const auto& [value, number] : times) EXPECT_LE(number, 2) << value << ": one fault";
}

TEST(KafkaSink, GivesUpAKilledBrokerAtOnceAndGoesOnWhenItIsBack) {
  KafkaBroker broker;
  KafkaTopics{broker.address()}.create("t", 1);
  KafkaSink sink{options(broker)};
  (void)sink.send({record("t", "a", "0")});
  broker.kill();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THROW((void)sink.send({record("t", "a", "1")}), SinkDown);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 7s) << "its time is 8 s";
  broker.start();
  EXPECT_LE(send_until_it_goes(sink, {record("t", "a", "1")}), 3);
  EXPECT_EQ(values(broker, "t"), (std::vector<std::string>{"0", "1"}));
}

// A batch that is still being handed over while another one is given up must not arrive without its
// beginning.
TEST(KafkaProducer, TakesNothingMoreOnceItHasGivenUp) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("producer-given-up", 1);
  relay::forward::kafka::Producer producer{{{"bootstrap.servers", broker.address()}}};
  const std::vector<Record> records = {record("producer-given-up", "a", "1")};
  const auto in_time = [] { return std::chrono::steady_clock::now() + 20s; };
  const auto before = producer.start(records, {0}, in_time());
  ASSERT_TRUE(before->wait_until(in_time()));
  EXPECT_EQ(before->code(0), 0);
  EXPECT_TRUE(producer.give_up(*before));
  const auto after = producer.start(records, {0}, in_time());
  ASSERT_TRUE(after->ended());
  EXPECT_NE(after->code(0), 0);
  EXPECT_EQ(values(broker, "producer-given-up"), (std::vector<std::string>{"1"}));
}

TEST(KafkaSink, ReplacesAProducerThatCannotGoOn) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("sink-fatal", 1);
  relay::forward::kafka::Producer producer{
      {{"bootstrap.servers", broker.address()}, {"enable.idempotence", "true"}}};
  producer.fail_for_good();
  const auto flight =
      producer.start({record("sink-fatal", "a", "1")}, {0}, std::chrono::steady_clock::now() + 5s);
  ASSERT_TRUE(flight->wait_until(std::chrono::steady_clock::now() + 10s));
  EXPECT_NE(flight->code(0), 0);
  EXPECT_TRUE(tests::eventually([&] { return !producer.fatal().empty(); }, 10s));
}

}  // namespace
