#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>

#include "relay/forward/kafka/kafka_sink.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/sink_run.hpp"

namespace {

using namespace std::chrono_literals;
using relay::forward::Receipt;
using relay::forward::Record;
using relay::forward::SinkDown;
using relay::forward::kafka::KafkaSink;
using tests::KafkaBroker;
using tests::KafkaTopics;
using tests::kinds;
using tests::options;
using tests::record;
using tests::send_until_it_goes;
using Kind = Receipt::Kind;

// Of a mock broker, as a real one answers too soon.
TEST(KafkaSink, NeverCountsARecordOfAClosedTopicAsSentHoweverLongOtherTopicsTakeToOpen) {
  const tests::KafkaHandle owner = tests::open_kafka(RD_KAFKA_PRODUCER, {});
  const tests::Owned<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> mock{
      rd_kafka_mock_cluster_new(owner.get(), 1)};
  rd_kafka_mock_topic_create(mock.get(), "slow", 1, 1);
  rd_kafka_mock_topic_set_error(mock.get(), "missing", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  KafkaSink sink{{.brokers = rd_kafka_mock_cluster_bootstraps(mock.get()),
                  .settings = {},
                  .timeout = 20s,
                  .callers = 1}};
  ASSERT_TRUE(tests::eventually([&] { return sink.available(); }, 20s));
  rd_kafka_mock_broker_set_rtt(mock.get(), 1, 700);
  EXPECT_EQ(kinds(sink.send({record("missing", "a", "1"), record("slow", "a", "2"),
                             record("missing", "b", "3")})),
            (std::vector{Kind::closed, Kind::acknowledged, Kind::closed}));
}

/// Two mock brokers: what real ones do too seldom is done by these when they are told.
struct MockBrokers {
  const tests::KafkaHandle owner = tests::open_kafka(RD_KAFKA_PRODUCER, {});
  const tests::Owned<rd_kafka_mock_cluster_t, rd_kafka_mock_cluster_destroy> mock{
      rd_kafka_mock_cluster_new(owner.get(), 2)};
  const std::string address = rd_kafka_mock_cluster_bootstraps(mock.get());
  static constexpr std::int16_t produce = 0;  // of Kafka's protocol

  void create(const char* topic, int leader) {
    rd_kafka_mock_topic_create(mock.get(), topic, 1, 1);
    rd_kafka_mock_partition_set_leader(mock.get(), topic, 0, leader);
  }
  [[nodiscard]] std::string values_of(const char* topic) const {
    std::string values;
    for (const auto& one : tests::read_topic(tests::quick_client(address), topic)) {
      values += *one.value;
    }
    return values;
  }
};

/// Has begun in the partitions of two topics, so that sets that follow go at once.
struct BegunSink {
  BegunSink(const MockBrokers& brokers, relay::forward::kafka::Config settings)
      : sink{{.brokers = brokers.address,
              .settings = std::move(settings),
              .timeout = 20s,
              .callers = 1}} {
    EXPECT_TRUE(tests::eventually([&] { return sink.available(); }, 20s));
    EXPECT_EQ(kinds(sink.send({record("refusing", "a", "0"), record("slow", "b", "0")})),
              (std::vector(2, Kind::acknowledged)));
  }
  KafkaSink sink;
};

// The slow one has written a record long before it says so.
TEST(KafkaSink, WaitsForWhatIsUnderWayToOneBrokerWhenAnotherRefusesASetAndSendsItOnce) {
  MockBrokers brokers;
  brokers.create("refusing", 1);
  brokers.create("slow", 2);
  BegunSink begun{brokers, {}};
  rd_kafka_mock_broker_set_rtt(brokers.mock.get(), 2, 1'500);
  rd_kafka_mock_broker_push_request_error_rtts(brokers.mock.get(), 1, MockBrokers::produce, 1,
                                               RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 300);
  std::vector<Record> records;
  for (const char* value : {"1", "2", "3"}) {
    records.push_back(record("slow", "b", value));
    records.push_back(record("refusing", "a", value));
  }
  EXPECT_EQ(kinds(begun.sink.send(records)), (std::vector(6, Kind::acknowledged)));
  rd_kafka_mock_broker_set_rtt(brokers.mock.get(), 2, 0);
  EXPECT_EQ(brokers.values_of("slow"), "0123");
  EXPECT_EQ(brokers.values_of("refusing"), "0123");
}

// librdkafka would send those again, and has stopped.
TEST(KafkaSink, SendsAgainAtOnceWhatComesBackFromABrokerAfterASetWasRefused) {
  MockBrokers brokers;
  brokers.create("refusing", 1);
  brokers.create("slow", 2);
  BegunSink begun{brokers, {{"batch.num.messages", "2"}}};
  rd_kafka_mock_broker_push_request_error_rtts(brokers.mock.get(), 1, MockBrokers::produce, 3,
                                               RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 100,
                                               RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 700,
                                               RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 700);
  std::vector<Record> records;
  for (const char* value : {"1", "2", "3", "4", "5", "6"}) {
    records.push_back(record("refusing", "a", value));
  }
  EXPECT_EQ(kinds(begun.sink.send(records)), (std::vector(6, Kind::acknowledged)));
  EXPECT_EQ(brokers.values_of("refusing"), "0123456");
}

// The broker does not know this producer's numbering, so it takes the second record though it lost
// the first; from that librdkafka concludes that the first must be there, too.
TEST(KafkaSink, TakesNoRecordForSentOfWhichTheBrokerHasNotSaidWhereItIs) {
  MockBrokers brokers;
  brokers.create("refusing", 1);
  brokers.create("slow", 2);
  BegunSink begun{brokers, {{"batch.num.messages", "1"}}};
  rd_kafka_mock_broker_push_request_error_rtts(brokers.mock.get(), 1, MockBrokers::produce, 2,
                                               RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 300,
                                               RD_KAFKA_RESP_ERR_NO_ERROR, 300);
  const std::vector records{record("refusing", "a", "1"), record("refusing", "a", "2")};
  EXPECT_THROW((void)begun.sink.send(records), SinkDown);
  EXPECT_EQ(brokers.values_of("refusing"), "02");
  EXPECT_EQ(send_until_it_goes(begun.sink, records), 0);
  EXPECT_EQ(brokers.values_of("refusing"), "0212");
}

TEST(KafkaProducer, AsksWhetherBrokersAnswerWhateverTopicIsMissing) {
  relay::forward::kafka::Producer producer{{{"bootstrap.servers", KafkaBroker::shared().address()},
                                            {"allow.auto.create.topics", "false"}}};
  EXPECT_NE(producer.ask("producer-missing", 5s), 0);
  EXPECT_EQ(producer.ask("", 5s), 0);
}

TEST(KafkaProducer, KeepsABoundedNumberOfTopicsAndEveryRecordUnderWay) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  relay::forward::kafka::Producer producer{{{"bootstrap.servers", broker.address()}}, 2};
  std::vector<Record> records;
  for (int i = 0; i < 5; ++i) {
    records.push_back(record("producer-many-" + std::to_string(i), "a", "1"));
    topics.create(records.back().topic, 1);
  }
  const auto in_time = std::chrono::steady_clock::now() + 20s;
  const auto flight = producer.start(records, {0, 1, 2, 3, 4}, in_time);
  ASSERT_TRUE(flight->wait_until(in_time));
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(flight->code(i), 0) << i;
  EXPECT_LE(producer.topics(), 2U);
}

TEST(KafkaInFlight, HasNoCodeOfSuccessBeforeARecordWasAnswered) {
  EXPECT_NE(relay::forward::kafka::InFlight{1}.code(0), 0);
}

/// A producer that fails as often as it is told to, at one step.
struct Faults {
  std::atomic<int> asking{0}, sending{0}, giving_up{0}, creating{0};
  static void meet(std::atomic<int>& left) {
    if (left > 0 && left-- > 0) throw std::runtime_error{"let in by a test"};
  }
};
class FaultyProducer final : public relay::forward::kafka::Producer {
 public:
  FaultyProducer(const relay::forward::kafka::Config& config, Faults& faults)
      : Producer(config), faults_(faults) {}
  std::shared_ptr<relay::forward::kafka::InFlight> start(const std::vector<Record>& records,
                                                         const std::vector<std::size_t>& places,
                                                         Time deadline) override {
    Faults::meet(faults_.sending);
    return Producer::start(records, places, deadline);
  }
  bool give_up(relay::forward::kafka::InFlight& flight) override {
    Faults::meet(faults_.giving_up);
    return Producer::give_up(flight);
  }
  int ask(const std::string& topic, std::chrono::milliseconds time) override {
    if (!topic.empty()) Faults::meet(faults_.asking);
    return Producer::ask(topic, time);
  }

 private:
  Faults& faults_;
};

TEST(KafkaSink, WorksAgainAfterAFaultInAnyStepOfSending) {
  KafkaBroker broker;
  KafkaTopics topics{broker.address()};
  Faults faults;
  KafkaSink sink{options(broker, 2s), [&faults](const relay::forward::kafka::Config& config) {
                   Faults::meet(faults.creating);
                   return std::make_shared<FaultyProducer>(config, faults);
                 }};
  int topic = 0;
  const auto fresh = [&] {
    const std::string name = "step-" + std::to_string(topic++);
    topics.create(name, 1);
    return std::vector{record(name, "a", "1")};
  };
  for (std::atomic<int>* step : {&faults.asking, &faults.sending}) {
    for (int retiring = 0; retiring < 2; ++retiring) {  // the second time, no producer follows
      faults.creating = retiring * 3;
      *step = 2;
      EXPECT_GE(send_until_it_goes(sink, fresh()), 2);
      EXPECT_EQ(*step, 0);
      EXPECT_EQ(faults.creating, 0);
    }
  }
  const auto records = fresh();
  (void)send_until_it_goes(sink, records);
  faults.giving_up = 1;
  broker.freeze();
  EXPECT_THROW((void)sink.send(records), SinkDown);
  broker.thaw();
  EXPECT_LT(send_until_it_goes(sink, records), 100);
  EXPECT_EQ(faults.giving_up, 0);
}

}  // namespace
