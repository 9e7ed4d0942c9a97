#include "tests/support/kafka_broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "tests/support/eventually.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/paths.hpp"

// The broker that the other tests stand on: that it is a real one, and does what it says.
namespace {

using tests::Door;
using tests::KafkaBroker;
using tests::KafkaRecord;
using tests::KafkaSettings;
using tests::KafkaTopics;
using tests::quick_client;
using tests::read_topic;
using tests::send_records;
using tests::why_shut_out;

std::string fault_of_sending(const KafkaSettings& client, const std::string& topic,
                             const KafkaRecord& record) {
  try {
    send_records(client, topic, {record});
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(KafkaBroker, GivesBackEachPartOfARecordAsItWasSent) {
  const std::string broker = KafkaBroker::shared().address();
  KafkaTopics{broker}.create("parts", 3);
  const std::vector<KafkaRecord> sent{
      {.key = "k",
       .value = std::string{"a\0b\xff", 4},
       .headers = {{"h", "1"}, {"h", ""}},
       .partition = 2},
      {.key = "", .value = "", .partition = 2},
      {.partition = 0},
  };
  send_records(quick_client(broker), "parts", sent);
  const std::vector<KafkaRecord> read = read_topic(quick_client(broker), "parts");
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].partition, 0);
  EXPECT_EQ(read[0].key, std::nullopt);
  EXPECT_EQ(read[0].value, std::nullopt);
  EXPECT_EQ(read[1].partition, 2);
  EXPECT_EQ(read[1].offset, 0);
  EXPECT_EQ(read[1].key, "k");
  EXPECT_EQ(read[1].value, sent[0].value);
  EXPECT_EQ(read[1].headers, sent[0].headers);
  EXPECT_GT(read[1].time_ms, 1'500'000'000'000);
  EXPECT_EQ(read[2].offset, 1);
  EXPECT_EQ(read[2].key, "");
  EXPECT_EQ(read[2].value, "");
}

TEST(KafkaBroker, RefusesWhatATopicDoesNotTake) {
  const std::string broker = KafkaBroker::shared().address();
  KafkaTopics topics{broker};
  topics.create("narrow", 1, {{"max.message.bytes", "1000"}});
  const std::string large(2000, 'x');
  EXPECT_THAT(fault_of_sending(quick_client(broker), "narrow", {.value = large}),
              testing::HasSubstr("too large"));
  EXPECT_EQ(fault_of_sending(quick_client(broker), "narrow", {.value = "small"}), "");
  topics.forbid_writing("narrow");
  EXPECT_THAT(fault_of_sending(quick_client(broker), "narrow", {.value = "small"}),
              testing::HasSubstr("authorization failed"));
  topics.permit_writing("narrow");
  EXPECT_EQ(fault_of_sending(quick_client(broker), "narrow", {.value = "again"}), "");
  EXPECT_EQ(read_topic(quick_client(broker), "narrow").size(), 2U);
  topics.remove("narrow");
  EXPECT_THROW((void)read_topic(quick_client(broker), "narrow"), std::runtime_error);
}

/// A broker that may be harmed, with all its doors.
class OwnKafkaBroker : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    own_broker = std::make_unique<KafkaBroker>(tests::KafkaSetup{.all_doors = true});
  }
  static void TearDownTestSuite() { own_broker.reset(); }

  inline static std::unique_ptr<KafkaBroker> own_broker;
};

TEST_F(OwnKafkaBroker, KeepsItsDataThroughKillNineAndAFreeze) {
  KafkaBroker& broker = *own_broker;
  const KafkaSettings client = quick_client(broker.address());
  KafkaTopics{broker.address()}.create("kept", 1);
  send_records(client, "kept", {{.value = "before"}});
  broker.kill();
  EXPECT_FALSE(tests::kafka_answers(broker.address(), std::chrono::milliseconds{200}));
  broker.start();
  send_records(client, "kept", {{.value = "after"}});
  broker.freeze();
  EXPECT_FALSE(tests::kafka_answers(broker.address(), std::chrono::milliseconds{200}));
  broker.thaw();
  const std::vector<KafkaRecord> read = read_topic(client, "kept");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].value, "before");
  EXPECT_EQ(read[1].value, "after");
}

KafkaSettings with_password(const KafkaBroker& broker, Door door, const std::string& mechanism) {
  KafkaSettings client = quick_client(broker.address(door));
  client["security.protocol"] = door == Door::sasl ? "SASL_PLAINTEXT" : "SASL_SSL";
  client["ssl.ca.location"] = broker.authority();
  client["sasl.mechanism"] = mechanism;
  client["sasl.username"] = KafkaBroker::user;
  client["sasl.password"] = KafkaBroker::password;
  return client;
}

TEST_F(OwnKafkaBroker, LetsInThroughItsDoorsWhoHasTheKeyAndNobodyElse) {
  const KafkaBroker& broker = *own_broker;
  KafkaSettings encrypted = quick_client(broker.address(Door::tls));
  encrypted["security.protocol"] = "SSL";
  encrypted["ssl.ca.location"] = broker.authority();
  EXPECT_EQ(why_shut_out(encrypted), "");
  for (const Door door : {Door::sasl, Door::sasl_tls}) {
    for (const char* mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
      SCOPED_TRACE(mechanism);
      KafkaSettings client = with_password(broker, door, mechanism);
      EXPECT_EQ(why_shut_out(client), "");
      client["sasl.password"] = "wrong";
      EXPECT_THAT(why_shut_out(client), testing::HasSubstr("uthentication failed"));
    }
  }
  KafkaSettings client = with_password(broker, Door::other_host, "PLAIN");
  EXPECT_THAT(why_shut_out(client), testing::HasSubstr("certificate verify failed"));
  client["ssl.endpoint.identification.algorithm"] = "none";
  EXPECT_EQ(why_shut_out(client), "") << "nothing but the name is wrong with it";
  client = with_password(broker, Door::expired, "PLAIN");
  EXPECT_THAT(why_shut_out(client), testing::HasSubstr("certificate verify failed"));
  client["ssl.endpoint.identification.algorithm"] = "none";
  EXPECT_THAT(why_shut_out(client), testing::HasSubstr("certificate verify failed"));
}

TEST(KafkaBroker, LeavesNothingBehindWhenItsProcessIsKilled) {
  const tests::TemporaryFolder folder;
  const std::filesystem::path relay{tests::relay_binary()};
  tests::Process owner{{(relay.parent_path() / "freshet_with_kafka").string(), "--topic", "t:2",
                        "sh", "-c", "echo $FRESHET_TEST_KAFKA; exec sleep 600"},
                       {{"TMPDIR", folder.path()}}};
  ASSERT_TRUE(tests::eventually([&] { return owner.out().find('\n') != std::string::npos; }));
  std::string address = owner.out();
  address.pop_back();
  EXPECT_EQ(fault_of_sending(quick_client(address), "t", {.value = "v", .partition = 1}), "");
  EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  owner.signal(SIGKILL);
  EXPECT_TRUE(tests::eventually([&] { return std::filesystem::is_empty(folder.path()); }));
  EXPECT_FALSE(tests::kafka_answers(address, std::chrono::milliseconds{100}));
}

}  // namespace
