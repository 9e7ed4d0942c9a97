#include <gmock/gmock.h>

#include "tests/support/forward_run.hpp"
#include "tests/support/free_port.hpp"

namespace {

using testing::HasSubstr;
using tests::Ended;
using tests::ForwardRun;
using tests::KafkaBroker;
using tests::KafkaTopics;

TEST(ForwardCheck, FindsTopicsThatExistAndMayBeWrittenFineAndWritesNothing) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("check-fine", 3);
  ForwardRun run{broker.address()};
  run.config.add_forward("out", "Thing", "check-fine");
  const Ended check = run.config.run({"check"});
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("kafka: fine, 1 forward(s)"));
  EXPECT_EQ(tests::read_topic(tests::quick_client(broker.address()), "check-fine").size(), 0U);
}

TEST(ForwardCheck, SaysThatNobodyListensAndARelayStartsAllTheSame) {
  const std::string nobody = "127.0.0.1:" + std::to_string(tests::free_port());
  ForwardRun run{nobody};
  const tests::Effects effects{run.db};
  run.config.add("effects", "Thing", effects.sql());
  run.config.add_forward("out", "Thing", "nowhere");
  const Ended check = run.config.run({"check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_THAT(check.out, HasSubstr("kafka: fault: Kafka at " + nobody +
                                   " cannot be asked: nobody listens where the broker " + nobody +
                                   " should be"));
  run.db.run(tests::publishing("Thing", "'k'", 5));
  run.start();
  EXPECT_TRUE(effects.reach(5)) << run.log();
  EXPECT_THAT(run.log(), HasSubstr("cannot be asked"));
  run.stop();
}

}  // namespace
