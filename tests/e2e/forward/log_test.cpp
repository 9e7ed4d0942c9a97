#include <gmock/gmock.h>

#include "tests/support/forward_run.hpp"
#include "tests/support/incident_log.hpp"

// The incident log through a forward: what a consumer gets of each incident.
namespace {

using tests::consume;
using tests::Consumed;
using tests::ForwardRun;
using tests::IncidentLog;
using tests::KafkaBroker;

class ForwardedLog : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = IncidentLog::missing()) GTEST_SKIP() << *why;
    log_ = std::make_unique<IncidentLog>(run_.db);
  }
  void make_topic(const std::string& topic) {
    topic_ = topic;
    tests::KafkaTopics{broker_.address()}.create(topic, 4);
    run_.config.add_forward("incidents", "Incident*", topic);
  }
  /// Each incident's events, all of them, in their order.
  [[nodiscard]] Consumed expect_all() const {
    Consumed consumed = consume(broker_.address(), topic_);
    EXPECT_THAT(consumed.faults, testing::IsEmpty());
    std::map<std::string, std::vector<std::string>> published;
    for (const auto& row : run_.db.run("SELECT number, event_id FROM log ORDER BY n")) {
      published[row[0].c_str()].emplace_back(row[1].c_str());
    }
    EXPECT_EQ(consumed.ids.size(), published.size());
    for (const auto& [incident, ids] : published)
      EXPECT_EQ(consumed.ids[incident], ids) << incident;
    return consumed;
  }

  KafkaBroker& broker_ = KafkaBroker::shared();
  ForwardRun run_{broker_.address()};
  std::unique_ptr<IncidentLog> log_;
  std::string topic_;
};

TEST_F(ForwardedLog, GivesAConsumerEveryEventOfEachIncidentOnceAndInOrder) {
  make_topic("log-whole");
  log_->publish();
  const tests::Ended ended = run_.config.run({"run", "--drain"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run_.open(), 0);
  EXPECT_EQ(expect_all().repeats(), 0);
}

TEST_F(ForwardedLog, IsSentAgainOnlyWhereAKilledRelayOrAFrozenBrokerLeftItUnanswered) {
  constexpr int batch = 100;
  constexpr int workers = 2;
  make_topic("log-killed");
  run_.config.relay["batch_size"] = std::to_string(batch);
  run_.hurry();
  run_.config.relay["workers"] = std::to_string(workers);
  log_->publish();
  run_.start();
  ASSERT_TRUE(tests::eventually([&] { return run_.done() > 1'000; })) << run_.log();
  run_.kill();
  EXPECT_GT(run_.open(), 0) << "nothing was left to interrupt";
  run_.start();
  ASSERT_TRUE(tests::eventually([&] { return run_.done() > 2'500; })) << run_.log();
  {
    const tests::Frozen frozen{broker_};
    ASSERT_TRUE(run_.says("cannot be used since"));
    EXPECT_GT(run_.open(), 0) << "nothing was left to interrupt";
  }
  EXPECT_TRUE(run_.drained()) << run_.log();
  run_.stop();
  EXPECT_EQ(run_.failures(), 0);
  const Consumed consumed = expect_all();
  // Three sends in a row fail before the breaker opens, and each may have arrived.
  EXPECT_LE(consumed.repeats(), (1 + 3) * batch * workers);
  EXPECT_LE(consumed.most_times(), 1 + 1 + 3);
}

}  // namespace
