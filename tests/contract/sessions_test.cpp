#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using projections::FailureKind;
using ::testing::ElementsAre;

TEST_P(AStore, SaysWhichItIsAndWantsALaneAtLeast) {
  EXPECT_NE(store_->description(), "");
  EXPECT_EQ(store_->description(), world_->store({}, "another")->description());
  EXPECT_GE(store_->lanes_per_claim(), 1);
}

TEST_P(AStore, OutOfReachOpensNoSessionAndSaysWhy) {
  const auto away = world_->store_out_of_reach();
  for (const bool worker : {true, false}) {
    try {
      worker ? (void)away->open_worker_session("w") : (void)away->open_scout_session("s");
      FAIL() << "it was opened";
    } catch (const relay::store::Unreachable& error) {
      EXPECT_EQ(error.failure.kind, FailureKind::connection);
      EXPECT_NE(std::string{error.what()}, "");
    }
  }
}

TEST_P(AStore, HasSeveralSessionsSideBySide) {
  const Sent a = publish(key_in(3));
  const Sent b = publish(key_in(9));
  const auto another = open_worker();
  (void)worker_->claim_events({{.lane = 3}}, Payloads::travel);
  (void)another->claim_events({{.lane = 9}}, Payloads::travel);
  another->end({.complete = {b.id}});
  EXPECT_EQ(world_->state_of(a.id), "pending");
  worker_->end({.complete = {a.id}});
  EXPECT_EQ(world_->state_of(a.id), "complete");
}

TEST_P(AStore, FailsInASessionThatIsCutOffAndKeepsNothingOfItsBatch) {
  const Sent sent = publish("k");
  (void)claim();
  world_->make_effect(worker_->tx());
  world_->cut_off("worker");
  const auto failure = failure_of([&] { worker_->end({.complete = {sent.id}}); });
  EXPECT_EQ(failure.kind, FailureKind::connection) << failure.message;
  EXPECT_FALSE(worker_->rollback());
  EXPECT_EQ(world_->effects(), 0);
  const auto another = open_worker();
  EXPECT_THAT(ids(claim(*another)), ElementsAre(sent.id)) << "its lanes are free";
}

TEST_P(AStore, FailsInAScoutsSessionThatIsCutOff) {
  world_->cut_off("scout");
  const auto failure = failure_of([&] { (void)scout_->registered(); });
  EXPECT_EQ(failure.kind, FailureKind::connection) << failure.message;
}

TEST_P(AStore, EndsASessionThatIsCancelled) {
  const Sent sent = publish("k");
  (void)claim();
  worker_->cancel();
  EXPECT_EQ(failure_of([&] { worker_->end({.complete = {sent.id}}); }).kind,
            FailureKind::connection);
  EXPECT_FALSE(worker_->rollback());
  EXPECT_EQ(world_->state_of(sent.id), "pending");
  scout_->cancel();
  EXPECT_EQ(failure_of([&] { (void)scout_->open_writers(); }).kind, FailureKind::connection);
}

TEST_P(AStore, CutsASessionOffWhoseTimeIsOver) {
  const Sent sent = publish("k");
  (void)claim();
  const auto limit = worker_->within(50ms);
  EXPECT_FALSE(limit->expired());
  EXPECT_EQ(failure_of([&] { world_->sleep_in(*worker_, 20s); }).kind, FailureKind::connection);
  EXPECT_TRUE(limit->expired());
  EXPECT_FALSE(worker_->rollback());
  EXPECT_EQ(world_->state_of(sent.id), "pending");
}

TEST_P(AStore, LeavesASessionAloneThatKeepsItsTime) {
  const Sent sent = publish("k");
  (void)claim();
  {
    const auto limit = worker_->within(20s);
    world_->sleep_in(*worker_, 10ms);
    EXPECT_FALSE(limit->expired());
  }
  EXPECT_GT(worker_->end({.complete = {sent.id}}), 0);
}

TEST_P(AStore, LetsAnInnerLimitOnlyTightenAndSaysWhichItWas) {
  (void)claim();
  const auto outer = worker_->within(50ms);
  const auto inner = worker_->within(1h);
  EXPECT_ANY_THROW(world_->sleep_in(*worker_, 20s));
  EXPECT_TRUE(outer->expired());
  EXPECT_FALSE(inner->expired());
}

TEST_P(AStore, TakesACutOffForNoLimitThatExpired) {
  (void)claim();
  const auto limit = worker_->within(1h);
  world_->cut_off("worker");
  EXPECT_ANY_THROW((void)worker_->held_keys({}));
  EXPECT_FALSE(limit->expired());
}

}  // namespace
}  // namespace tests::contract
