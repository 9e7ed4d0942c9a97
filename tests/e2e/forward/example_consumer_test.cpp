#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/eventually.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/process.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using tests::Ended;
using tests::KafkaBroker;
using tests::KafkaRecord;

/// config/example_consumer.cpp at a topic of its own.
class ExampleConsumer : public ::testing::Test {
 protected:
  ExampleConsumer() { tests::KafkaTopics{broker_}.create(topic_, 2); }

  static KafkaRecord event(const std::string& key, const std::string& id, int seq) {
    return {.key = key,
            .value = "{}",
            .headers = {{"freshet-event-id", id},
                        {"freshet-event-type", "ThingMoved"},
                        {"freshet-seq", std::to_string(seq)}}};
  }
  void send(const std::vector<KafkaRecord>& records) {
    tests::send_records(tests::quick_client(broker_), topic_, records);
  }
  [[nodiscard]] std::vector<std::string> command() const {
    const std::filesystem::path relay{tests::relay_binary()};
    return {(relay.parent_path() / "example_consumer").string(), broker_, topic_, topic_};
  }
  [[nodiscard]] Ended consume_to_end() const {
    std::vector<std::string> words = command();
    words.emplace_back("--to-end");
    return tests::run_command(words);
  }

  std::string broker_ = KafkaBroker::shared().address();
  std::string topic_ =
      std::string{"consumed-"} + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ExampleConsumer, DropsADuplicateAndWorksOffTheRest) {
  send({event("a", "id-1", 1), event("a", "id-2", 5), event("a", "id-1", 1), event("a", "id-2", 5),
        event("a", "id-3", 9), event("b", "id-4", 2)});
  const Ended ended = consume_to_end();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("offset 2 key a seq 1: dropped, event id-1 was here before"));
  EXPECT_THAT(ended.out, HasSubstr("offset 3 key a seq 5: dropped, event id-2 was here before"));
  for (const char* worked : {"offset 0 key a seq 1: ThingMoved", "offset 1 key a seq 5: ThingMoved",
                             "offset 4 key a seq 9: ThingMoved", "key b seq 2: ThingMoved"}) {
    EXPECT_THAT(ended.out, HasSubstr(worked));
  }
  EXPECT_EQ(ended.err, "");
}

TEST_F(ExampleConsumer, ReportsASeqThatGoesBack) {
  send({event("a", "id-1", 5), event("a", "id-2", 3), event("a", "id-3", 6)});
  const Ended ended = consume_to_end();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("offset 1 key a seq 3: OUT OF ORDER, seq was 5 already"));
  EXPECT_THAT(ended.err, Not(HasSubstr("seq 6")));
}

TEST_F(ExampleConsumer, GoesOnBehindWhatItHasCommitted) {
  send({event("a", "id-1", 1)});
  tests::Process first{command()};
  ASSERT_TRUE(tests::eventually([&] { return first.out().find("seq 1:") != std::string::npos; }));
  first.signal(SIGTERM);
  ASSERT_EQ(first.wait(), 0);
  send({event("a", "id-2", 2)});
  const Ended second = consume_to_end();
  EXPECT_THAT(second.out, Not(HasSubstr("seq 1:")));
  EXPECT_THAT(second.out, HasSubstr("seq 2:"));
}

}  // namespace
