// What was forwarded long ago is sent to another topic, beside a relay that goes on forwarding: in
// order, through kills and outages, and nobody's live traffic notices.

#include <csignal>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "tests/support/eventually.hpp"
#include "tests/support/history_rows.hpp"
#include "tests/support/incident_log.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using tests::KafkaBroker;
using tests::KafkaRecord;
using tests::Process;

constexpr int batch_most = 1'000;

std::string header(const KafkaRecord& record, const std::string& name) {
  for (const auto& [known, value] : record.headers) {
    if (known == name) return value;
  }
  return "";
}

/// A record without what the broker adds, by its event.
using Content = std::map<std::string, std::string>;

class Replay : public testing::Test {
 protected:
  /// @param topic of this test alone, as "NAME-live" and "NAME-again".
  void set_up(KafkaBroker& broker, const std::string& name) {
    broker_ = &broker;
    live_ = name + "-live";
    again_ = name + "-again";
    tests::KafkaTopics topics{broker.address()};
    topics.create(live_, 4);
    topics.create(again_, 4);
    config_.projections = "[kafka]\nbrokers = \"" + broker.address() +
                          "\"\n[[forward]]\nname = \"out\"\nevents = [\"*\"]\n"
                          "topic = \"" +
                          live_ + "\"\n";
  }
  [[nodiscard]] std::vector<std::string> words(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"replay", "--forward", "out", "--to", again_});
    return more;
  }
  [[nodiscard]] tests::Ended replay(std::vector<std::string> more = {}) const {
    return config_.run(words(std::move(more)));
  }
  [[nodiscard]] std::vector<KafkaRecord> read(const std::string& topic) const {
    return tests::read_topic(tests::quick_client(broker_->address()), topic);
  }
  [[nodiscard]] bool reached(long done) const {
    return tests::eventually(
        [&] { return db_.number("SELECT coalesce(sum(done), 0) FROM forward_replay") >= done; });
  }
  /// Each event's record, whichever came first. Checks that first ones rise in their key.
  static Content contents(const std::vector<KafkaRecord>& records) {
    Content contents;
    std::map<std::string, long> last;
    for (const KafkaRecord& record : records) {
      const std::string id = header(record, "freshet-event-id");
      std::string text = record.key.value_or("") + "\n" + record.value.value_or("") + "\n" +
                         std::to_string(record.partition);
      for (const auto& [name, value] : record.headers) text += "\n" + name + "=" + value;
      const auto [known, fresh] = contents.emplace(id, text);
      EXPECT_EQ(known->second, text);
      if (!fresh) continue;
      const long seq = std::stol(header(record, "freshet-seq"));
      EXPECT_GT(seq, last[record.key.value_or("")]) << "key " << record.key.value_or("");
      last[record.key.value_or("")] = seq;
    }
    return contents;
  }

  tests::TestDatabase db_;
  tests::RelayConfig config_{db_.url()};
  KafkaBroker* broker_ = nullptr;
  std::string live_;
  std::string again_;
};

TEST_F(Replay, AHistoryGoesAgainThroughAKillWhileLiveForwardingGoesOnUntouched) {
  if (const auto why = tests::IncidentLog::missing()) GTEST_SKIP() << *why;
  set_up(KafkaBroker::shared(), "replay-log");
  const tests::IncidentLog log{db_};
  log.publish();
  ASSERT_EQ(config_.run({"run", "--drain"}).code, 0);
  const Content history = contents(read(live_));
  ASSERT_EQ(std::ssize(history), log.events());

  Process relay{config_.command({"run"})};
  {
    Process killed{config_.command(words({"--rate", "1500"}))};
    ASSERT_TRUE(reached(2'000)) << killed.err();
    tests::HistoryRows{db_}.pending(500, "Live");
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  }
  EXPECT_LT(db_.number("SELECT done FROM forward_replay"), log.events());
  const tests::Ended early = replay();
  EXPECT_EQ(early.code, 1);
  EXPECT_THAT(early.err, HasSubstr("if that process is gone, it can be taken over in"));
  db_.run("UPDATE forward_replay SET claimed_until = clock_timestamp()");  // as if it had passed
  tests::Ended ended;
  ASSERT_TRUE(tests::eventually([&] { return (ended = replay()).code == 0; }, 60s)) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("Going on with the replay"),
                               HasSubstr(std::to_string(log.events()) + " events were sent.")));
  ASSERT_TRUE(tests::eventually([&] {
    return db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") == 0;
  }));
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(), 0) << relay.err();

  const auto again = read(again_);
  EXPECT_EQ(contents(again), history) << "byte for byte, header for header";
  EXPECT_LE(std::ssize(again), log.events() + batch_most) << "one kill, one batch";
  const auto live = read(live_);
  EXPECT_EQ(std::ssize(live), log.events() + 500) << "none of it twice";
  EXPECT_EQ(std::ssize(contents(live)), log.events() + 500);
}

TEST_F(Replay, AStopEndsItBetweenBatchesAndTheSameCommandGoesOnWithoutADoublet) {
  set_up(KafkaBroker::shared(), "replay-stop");
  tests::HistoryRows{db_}.complete(2'000);
  for (const int signal : {SIGINT, SIGTERM}) {
    const long before = db_.number("SELECT coalesce(sum(done), 0) FROM forward_replay");
    Process stopped{config_.command(words({"--rate", "1000"}))};
    ASSERT_TRUE(reached(before + 100)) << stopped.err();
    stopped.signal(signal);
    EXPECT_EQ(stopped.wait(), 1) << stopped.err();
    EXPECT_THAT(stopped.out(), AllOf(HasSubstr("Stopped after "),
                                     HasSubstr("The same command again goes on from here.")));
  }
  EXPECT_EQ(replay().code, 0);
  const auto records = read(again_);
  EXPECT_EQ(records.size(), 2'000U);
  EXPECT_EQ(contents(records).size(), 2'000U);
}

TEST_F(Replay, ABrokerThatIsAwayIsWaitedFor) {
  KafkaBroker broker;
  set_up(broker, "replay-away");
  tests::HistoryRows{db_}.complete(3'000);
  Process replay{config_.command(words({"--rate", "1500"}))};
  ASSERT_TRUE(reached(500)) << replay.err();
  broker.kill();
  ASSERT_TRUE(tests::eventually([&] {
    return replay.err().find("waiting for it. Ctrl-C ends this") != std::string::npos;
  })) << replay.err();
  broker.start();
  EXPECT_EQ(replay.wait(120s), 0) << replay.err();
  EXPECT_THAT(replay.err(), HasSubstr("Kafka is back."));
  const auto records = read(again_);
  EXPECT_EQ(contents(records).size(), 3'000U);
  EXPECT_LE(records.size(), 3'000U + batch_most);
}

TEST_F(Replay, WhatCannotBeMeantIsRefusedInASentence) {
  set_up(KafkaBroker::shared(), "replay-words");
  config_.projections += "[[forward]]\nname = \"other\"\nevents = [\"X\"]\ntopic = \"others\"\n";
  tests::HistoryRows{db_}.complete(3);
  const auto refused = [&](const std::string& forward, const std::string& topic) {
    const tests::Ended ended = config_.run({"replay", "--forward", forward, "--to", topic});
    EXPECT_EQ(ended.code, 2);
    return ended.err;
  };
  EXPECT_THAT(refused("outt", again_), HasSubstr("did you mean \"out\"?"));
  EXPECT_THAT(refused("out", live_), HasSubstr("would be mixed into its live traffic"));
  EXPECT_THAT(refused("out", "others"), HasSubstr("forward \"other\" sends to topic"));
  EXPECT_THAT(refused("out", "a b"), HasSubstr("is no topic"));
  const tests::Ended unknown = config_.run({"replay", "--forward", "out", "--to", "replay-none"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.out, AllOf(HasSubstr("Ended after 0 of 3"), HasSubstr("replay-none")));
  const tests::Ended none = replay({"--type", "Nothing*"});
  EXPECT_EQ(none.code, 0) << none.err;
  EXPECT_THAT(none.out, HasSubstr("There is nothing to send."));
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay WHERE ended_at IS NULL"), 1)
      << "the one to the topic that is not there can go on";
}

}  // namespace
