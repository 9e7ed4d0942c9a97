#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "relay/forward/kafka/kafka_sink.hpp"
#include "tests/support/forward_run.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/sink_run.hpp"

// Sets of records that a topic refuses as too large, though each of their records is not: of a real
// broker, whose `max.message.bytes` counts for sets.
namespace {

using namespace std::chrono_literals;
using relay::forward::Receipt;
using relay::forward::Record;
using relay::forward::kafka::Config;
using relay::forward::kafka::KafkaSink;
using relay::forward::kafka::Producer;
using testing::Each;
using testing::IsEmpty;
using tests::KafkaBroker;
using tests::KafkaTopics;
using tests::kinds;
using tests::record;
using Kind = Receipt::Kind;

/// Text that does not get smaller when it is compressed, beginning with a number.
std::string numbered(int number, std::size_t bytes) {
  static std::mt19937 random{1};
  std::string text = std::to_string(number) + " ";
  while (text.size() < bytes) text += static_cast<char>('!' + random() % 94);
  return text;
}

/// Records of one topic and the values that they look into.
struct Load {
  std::vector<std::string> values;
  std::vector<Record> records;

  Load(const std::string& topic, int count, std::size_t bytes, int keys) {
    for (int i = 0; i < count; ++i) values.push_back(numbered(i, bytes));
    for (int i = 0; i < count; ++i) {
      records.push_back(record(topic, "k" + std::to_string(i % keys), values[i]));
    }
  }
};

/// What a topic holds, by first occurrences.
struct Kept {
  std::set<int> numbers;
  long repeats = 0;
  std::vector<std::string> faults;  ///< Keys whose numbers fell.
};

Kept kept(const std::string& topic) {
  Kept all;
  std::map<std::string, int> last;
  const std::string broker = KafkaBroker::shared().address();
  for (const auto& one : tests::read_topic(tests::quick_client(broker), topic)) {
    const int number = std::stoi(*one.value);
    if (!all.numbers.insert(number).second) {
      ++all.repeats;
      continue;
    }
    const auto [before, first] = last.try_emplace(*one.key, number);
    if (!first && before->second > number) {
      all.faults.push_back(*one.key + ": " + std::to_string(number) + " after " +
                           std::to_string(before->second));
    }
    before->second = number;
  }
  return all;
}

/// A sink that tells how often it sent record by record, because a set was refused.
struct CountingSink {
  /// @param settings of librdkafka's own.
  explicit CountingSink(Config settings = {}) : more(std::move(settings)) {}

  static relay::forward::kafka::KafkaOptions options_with(const Config& settings) {
    auto options = tests::options(KafkaBroker::shared(), 20s);
    options.settings = settings;
    return options;
  }

  const Config more;
  std::atomic<int> one_by_one{0};
  KafkaSink sink{options_with(more), [this](const Config& config) {
                   auto producer = std::make_shared<Producer>(config);
                   one_by_one += producer->one_by_one() ? 1 : 0;
                   return producer;
                 }};

  [[nodiscard]] std::vector<Kind> send(const std::vector<Record>& records) {
    return kinds(sink.send(records));
  }
};

TEST(KafkaSets, AreMadeSmallEnoughForATopicThatMayBeDescribed) {
  KafkaTopics{KafkaBroker::shared().address()}.create("sets-small", 1,
                                                      {{"max.message.bytes", "20000"}});
  CountingSink sink;
  const Load load{"sets-small", 800, 1'000, 7};
  EXPECT_THAT(sink.send(load.records), Each(Kind::acknowledged));
  const Kept all = kept("sets-small");
  EXPECT_EQ(all.numbers.size(), 800U);
  EXPECT_THAT(all.faults, IsEmpty());
  EXPECT_EQ(all.repeats, 0);
  EXPECT_EQ(sink.one_by_one, 0) << "no set was refused";
}

/// Behind full sets that are too large come a few records of each key, and one that is small once
/// it is compressed: a topic that refuses the former takes these.
struct TemptingLoad : Load {
  TemptingLoad(const std::string& topic, int keys) : Load{topic, 900, 4'000, keys} {
    for (int i = 0; i < keys; ++i)
      wide.push_back(std::to_string(900 + i) + std::string(990'000, ' '));
    for (int i = 0; i < keys; ++i) {
      records.push_back(record(topic, "k" + std::to_string(i), wide[i]));
    }
  }
  std::vector<std::string> wide;
};

TEST(KafkaSets, OfATopicThatMayNotBeDescribedAreRefusedAndKeepTheOrderOfTheirKeys) {
  KafkaTopics topics{KafkaBroker::shared().address()};
  for (const int keys : {1, 3}) {
    const std::string topic = "sets-hidden-" + std::to_string(keys);
    topics.create(topic, keys, {{"max.message.bytes", "300000"}});
    topics.forbid_describing_configs(topic);
    CountingSink sink;
    const TemptingLoad load{topic, keys};
    EXPECT_THAT(sink.send(load.records), Each(Kind::acknowledged));
    const Kept all = kept(topic);
    EXPECT_EQ(all.numbers.size(), load.records.size());
    EXPECT_THAT(all.faults, IsEmpty());
    EXPECT_EQ(sink.one_by_one, 1);
    EXPECT_TRUE(sink.sink.available()) << "nothing of it counts as an outage";

    EXPECT_THAT(sink.send(load.records), Each(Kind::acknowledged));
    EXPECT_EQ(sink.one_by_one, 1) << "sets are small enough from then on";
  }
}

// A broker takes the second set of a producer that it does not know in a partition, though it
// refused the first; librdkafka sends it meanwhile if the first has few records.
TEST(KafkaSets, AreNotTheFirstThatAProducerSendsToAPartition) {
  KafkaTopics topics{KafkaBroker::shared().address()};
  topics.create("sets-first", 12, {{"max.message.bytes", "20000"}});
  topics.forbid_describing_configs("sets-first");
  std::vector<std::string> values;
  std::vector<std::string> keys;
  for (int key = 0; key < 40; ++key) {
    for (int i = 0; i < 4; ++i) {
      const int number = 4 * key + i;
      values.push_back(i < 3 ? numbered(number, 11'000)
                             : std::to_string(number) + std::string(985'000, ' '));
      keys.push_back("k" + std::to_string(key));
    }
  }
  std::vector<Record> records;
  for (std::size_t i = 0; i < values.size(); ++i) {
    records.push_back(record("sets-first", keys[i], values[i]));
  }
  CountingSink sink{{{"linger.ms", "100"}}};  // else a slow machine might send sets of one record
  EXPECT_THAT(sink.send(records), Each(Kind::acknowledged));
  EXPECT_EQ(sink.one_by_one, 1);
  EXPECT_THAT(kept("sets-first").faults, IsEmpty());
}

TEST(KafkaSets, KeepTheOrderOfTheirKeysWhereTheLimitIsLoweredMeanwhile) {
  KafkaTopics topics{KafkaBroker::shared().address()};
  topics.create("sets-lowered", 2);
  CountingSink sink;
  const TemptingLoad load{"sets-lowered", 3};
  const std::vector<Record> before{load.records.begin(), load.records.begin() + 300};
  const std::vector<Record> after{load.records.begin() + 300, load.records.end()};
  EXPECT_THAT(sink.send(before), Each(Kind::acknowledged));
  topics.configure("sets-lowered", {{"max.message.bytes", "20000"}});
  EXPECT_THAT(sink.send(after), Each(Kind::acknowledged));
  const Kept all = kept("sets-lowered");
  EXPECT_EQ(all.numbers.size(), load.records.size());
  EXPECT_THAT(all.faults, IsEmpty());
  EXPECT_EQ(sink.one_by_one, 1);
  EXPECT_THAT(sink.send(after), Each(Kind::acknowledged));
  EXPECT_EQ(sink.one_by_one, 1) << "the new limit is known";
}

TEST(KafkaSets, WithARecordThatIsItselfTooLargeLoseItAlone) {
  KafkaTopics topics{KafkaBroker::shared().address()};
  topics.create("sets-poison", 1, {{"max.message.bytes", "300000"}});
  topics.forbid_describing_configs("sets-poison");
  CountingSink sink;
  Load load{"sets-poison", 50, 4'000, 3};
  const std::string large = numbered(50, 400'000);
  load.records.insert(load.records.begin() + 20, record("sets-poison", "large", large));
  const auto fates = sink.send(load.records);
  for (std::size_t i = 0; i < fates.size(); ++i) {
    EXPECT_EQ(fates[i], i == 20 ? Kind::refused : Kind::acknowledged) << i;
  }
  const Kept all = kept("sets-poison");
  EXPECT_EQ(all.numbers.size(), 50U);
  EXPECT_THAT(all.faults, IsEmpty());
}

TEST(KafkaSets, ThatAreRefusedAreNoOutageForOthersThatSendMeanwhile) {
  KafkaTopics topics{KafkaBroker::shared().address()};
  topics.create("sets-bad", 1, {{"max.message.bytes", "20000"}});
  topics.create("sets-good", 3);
  topics.forbid_describing_configs("sets-bad");
  relay::forward::kafka::KafkaOptions options = tests::options(KafkaBroker::shared(), 20s);
  options.callers = 2;
  KafkaSink sink{options};
  ASSERT_TRUE(tests::eventually([&] { return sink.available(); }, 20s));
  int sent = 0;
  std::jthread good{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Load load{"sets-good", 0, 0, 1};
      for (int i = 0; i < 20; ++i) load.values.push_back(std::to_string(sent++));
      for (const std::string& value : load.values) {
        load.records.push_back(record("sets-good", "k", value));
      }
      EXPECT_NO_THROW(EXPECT_THAT(kinds(sink.send(load.records)), Each(Kind::acknowledged)));
    }
  }};
  for (int i = 0; i < 5; ++i) {
    const std::string large = numbered(i, 30'000);
    const std::string small = numbered(i, 100);
    EXPECT_EQ(kinds(sink.send({record("sets-bad", "a", small), record("sets-bad", "b", large),
                               record("sets-bad", "c", small)})),
              (std::vector{Kind::acknowledged, Kind::refused, Kind::acknowledged}));
  }
  good.request_stop();
  good.join();
  EXPECT_TRUE(sink.available());
  const Kept all = kept("sets-good");
  EXPECT_EQ(std::ssize(all.numbers), sent);
  EXPECT_THAT(all.faults, IsEmpty());
}

TEST(KafkaSets, OfAForwardArriveInOrderBelowTheTopicsLimitAndNothingIsRefused) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  for (const char* topic : {"sets-forward", "sets-forward-hidden"}) {
    topics.create(topic, 1, {{"max.message.bytes", "300000"}});
  }
  topics.forbid_describing_configs("sets-forward-hidden");
  tests::ForwardRun run{broker.address()};
  run.config.kafka["timeout_ms"] = "8000";
  run.config.relay["handler_timeout_ms"] = "6000";
  run.config.relay["statement_timeout_ms"] = "9000";
  run.config.relay["drain_s"] = "20";
  run.config.add_forward("out", "Thing", "${aggregate_type}");
  for (const char* topic : {"sets-forward", "sets-forward-hidden"}) {
    run.db.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id) SELECT 'Thing', to_json((SELECT string_agg(md5(random()::text || n || i), "
        "'') "
        "FROM generate_series(1, 125) i))::text, '" +
        std::string{topic} + "', 'k' || n % 5 FROM generate_series(1, 600) n");
  }
  run.start();
  EXPECT_TRUE(run.drained(60s)) << run.log();
  EXPECT_EQ(run.deliveries() + run.failures(), 0);
  run.stop();
  for (const char* topic : {"sets-forward", "sets-forward-hidden"}) {
    const tests::Consumed all = tests::consume(broker.address(), topic);
    EXPECT_THAT(all.faults, IsEmpty()) << topic;
    EXPECT_EQ(all.times.size(), 600U) << topic;
  }
}

}  // namespace
