#include "relay/wiring/process/replay_run.hpp"

#include <set>

#include <gmock/gmock.h>

#include "relay/forward/recipe.hpp"
#include "tests/support/fake_sink.hpp"
#include "tests/support/history_rows.hpp"
#include "tests/support/pgbouncer.hpp"

namespace relay::wiring {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = ReplayEnding::Kind;

class RunOfAReplay : public ::testing::Test {
 protected:
  RunOfAReplay() {
    world_.wait = [this](auto) {
      ++waits_;
      if (at_wait_) at_wait_();
      return !stop_;
    };
    world_.progress = [this](auto done, auto) {
      if (at_batch_) at_batch_(done);
    };
    world_.say = [this](const std::string& sentence) { said_ += sentence + "\n"; };
  }

  /// Opens it, or goes on, and works it off. @return the ending, in words.
  std::string run(std::int64_t at_a_time = 2) {
    const operate::Replay replay =
        operate::open_replay(connection_, {"out", {"*"}, "again", {}, false}, {}, world_.say);
    operate::ReplayQueue queue{
        connection_, replay, {.command = "replay", .listener = "out"}, {.claim = 60s}};
    const forward::Resend resend{recipe_, "again", sink_};
    ending_ = run_replay(queue, 1'000, resend, RateLimit{0, at_a_time}, world_);
    return in_words(ending_, queue.replay());
  }
  /// What stands in the topic, each once, in the order in which it came first.
  std::vector<std::string> first_occurrences() {
    std::vector<std::string> firsts;
    for (const std::string& value : sink_->values("again")) {
      if (std::ranges::find(firsts, value) == firsts.end()) firsts.push_back(value);
    }
    return firsts;
  }
  [[nodiscard]] std::string left() const {
    return db_.value("SELECT done || '/' || total FROM forward_replay ORDER BY id DESC LIMIT 1");
  }

  tests::TestDatabase db_;
  tests::HistoryRows rows_{db_};
  pg::Connection connection_{db_.url()};
  std::shared_ptr<tests::FakeSink> sink_ = std::make_shared<tests::FakeSink>();
  forward::Recipe recipe_ =
      forward::recipe_of({"live", "aggregate_id", "/freshet"}, forward::Format::plain);
  ReplayWorld world_;
  ReplayEnding ending_;
  std::function<void()> at_wait_;
  std::function<void(std::int64_t)> at_batch_;
  std::string said_;
  bool stop_ = false;
  int waits_ = 0;
};

TEST_F(RunOfAReplay, SendsEverythingOnceAndInOrder) {
  rows_.complete(5);
  EXPECT_EQ(run(), "5 events were sent.\n");
  EXPECT_THAT(sink_->values("again"), ElementsAre("\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\""));
  EXPECT_EQ(sink_->topics.size(), 1U);
  EXPECT_EQ(db_.value("SELECT command || ' ' || listener || ' ' || events FROM operator_log"),
            "replay out 5");
  EXPECT_EQ(db_.number("SELECT count(*) FROM forward_replay_event"), 0);
}

TEST_F(RunOfAReplay, StopsBetweenBatchesAndGoesOnFromThere) {
  rows_.complete(7);
  at_batch_ = [this](auto done) { stop_ = done >= 4; };
  EXPECT_THAT(run(), AllOf(HasSubstr("Stopped after 4 of 7, 4 sent."),
                           HasSubstr("The same command again goes on from here.")));
  EXPECT_EQ(left(), "4/7");
  stop_ = false;
  at_batch_ = {};
  EXPECT_EQ(run(), "7 events were sent.\n");
  EXPECT_EQ(sink_->values("again").size(), 7U) << "nothing came twice";
}

TEST_F(RunOfAReplay, WaitsForASinkThatIsDownAndKeepsItsClaim) {
  rows_.complete(4);
  at_batch_ = [this](auto) { sink_->down = "nobody is there"; };
  std::set<std::string> claimed;
  at_wait_ = [&] {
    if (sink_->down.empty()) return;
    claimed.insert(db_.value("SELECT claimed_until FROM forward_replay"));
    at_batch_ = {};
    if (waits_ > 6) sink_->down.clear();
  };
  EXPECT_EQ(run(), "4 events were sent.\n");
  EXPECT_GT(claimed.size(), 2U);
  EXPECT_THAT(said_, AllOf(HasSubstr("nobody is there; waiting for it"), HasSubstr("is back")));
  EXPECT_EQ(sink_->values("again").size(), 4U);
}

TEST_F(RunOfAReplay, AStopWhileItWaitsForTheSinkLosesNothing) {
  rows_.complete(4);
  sink_->down = "nobody is there";
  at_wait_ = [this] { stop_ = waits_ > 3; };
  EXPECT_THAT(run(), HasSubstr("Stopped after 0 of 4"));
  sink_->down.clear();
  stop_ = false;
  at_wait_ = {};
  EXPECT_EQ(run(), "4 events were sent.\n");
}

TEST_F(RunOfAReplay, AnUnknownTopicEndsItInOneSentenceAndLosesNothing) {
  rows_.complete(3);
  sink_->unknown = {"again"};
  EXPECT_THAT(run(), AllOf(HasSubstr("Ended after 0 of 3"), HasSubstr("no topic \"again\"\n"),
                           HasSubstr("The same command again")));
  sink_->unknown.clear();
  EXPECT_EQ(run(), "3 events were sent.\n");
}

TEST_F(RunOfAReplay, WhatCannotBeSentIsCountedAndTheFirstAreTold) {
  rows_.complete(20);
  db_.run("UPDATE event_publication SET serialized_event = '{' WHERE serialized_event = '\"3\"'");
  db_.run(
      "UPDATE event_publication SET serialized_event = to_json(repeat('x', 2000)) WHERE "
      "serialized_event = '\"5\"'");
  for (int i = 11; i <= 16; ++i) sink_->refused.insert("\"" + std::to_string(i) + "\"");
  EXPECT_THAT(run(3), AllOf(HasSubstr("12 events were sent; 8 could not be sent.\n"),
                            HasSubstr("payload cannot be read"), HasSubstr("2002 bytes"),
                            HasSubstr("): refused\n  …\n")));
  EXPECT_EQ(ending_.refused.size(), 5U);
  EXPECT_EQ(ending_.kind, Kind::finished);
  EXPECT_EQ(sink_->values("again").size(), 12U);
}

TEST_F(RunOfAReplay, AnEmptyPayloadIsATombstoneWhereTheForwardSaysSo) {
  rows_.complete(1);
  db_.run("UPDATE event_publication SET serialized_event = ''");
  EXPECT_THAT(run(), HasSubstr("0 events were sent; 1 could not be sent"));
  recipe_.tombstone = true;
  EXPECT_EQ(run(), "1 event was sent.\n");
  EXPECT_THAT(sink_->values("again"), ElementsAre("(none)"));
}

TEST_F(RunOfAReplay, WhatIsCutOffAnywhereIsSentAgainABatchAtMost) {
  rows_.complete(10);
  for (int cut = 1; cut <= 3; ++cut) {
    at_batch_ = [](auto) { throw std::runtime_error{"cut off"}; };
    EXPECT_THROW(run(), std::runtime_error);
    db_.run("UPDATE forward_replay SET claimed_until = clock_timestamp()");
  }
  // acknowledged and not noted: the session is gone
  at_batch_ = [this](auto) {
    db_.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        "current_database() AND application_name = 'freshet'");
  };
  EXPECT_ANY_THROW(run());
  EXPECT_EQ(left(), "8/10");
  EXPECT_THAT(first_occurrences(),
              ElementsAre("\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\"", "\"6\"", "\"7\"", "\"8\""));
}

TEST_F(RunOfAReplay, WorksThroughAPoolerThatChangesSessionsBetweenTransactions) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "pgbouncer is not installed";
  rows_.complete(5);
  const tests::PgBouncer pooler{db_.name()};
  pg::Connection pooled{pooler.url()};
  const operate::ReplayPlan plan{"out", {"*"}, "again", {}, false};
  const operate::Replay replay = operate::open_replay(pooled, plan, {}, world_.say);
  operate::ReplayQueue queue{pooled, replay, {.command = "replay", .listener = "out"}, {}};
  run_replay(queue, 1'000, forward::Resend{recipe_, "again", sink_}, RateLimit{0, 2}, world_);
  EXPECT_EQ(sink_->values("again").size(), 5U);
}

TEST_F(RunOfAReplay, NeverTouchesWhatRelaysWorkWith) {
  rows_.complete(6);
  rows_.pending(2);
  rows_.archive("aggregate_id = 'k1'");
  const char* everything =
      "SELECT md5(string_agg(t, ',' ORDER BY t)) FROM (SELECT p::text t FROM event_publication p "
      "UNION ALL SELECT a::text FROM event_publication_archive a UNION ALL SELECT d::text FROM "
      "event_delivery d UNION ALL SELECT l::text FROM event_listener l) all_rows";
  const auto before = db_.value(everything);
  EXPECT_EQ(run(), "6 events were sent.\n");
  EXPECT_EQ(db_.value(everything), before);
}

TEST_F(RunOfAReplay, NoSnapshotIsHeldWhileItSends) {
  rows_.complete(4);
  std::int64_t held = 0;
  at_batch_ = [&](auto) {
    held += db_.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR state <> 'idle')");
  };
  run();
  EXPECT_EQ(held, 0);
}

}  // namespace
}  // namespace relay::wiring
