#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using projections::FailureKind;
using ::testing::ElementsAre;

TEST_P(AStore, KnowsAListenerAsItWasDeclared) {
  relay::listeners::Declaration own = declaration("board", true, true, "projection");
  own.patterns = {"Thing*", "Other"};
  scout_->register_listeners({own}, {});
  const auto entry = listener("board");
  EXPECT_EQ(entry.declaration.name, "board");
  EXPECT_EQ(entry.declaration.kind, "projection");
  EXPECT_THAT(entry.declaration.patterns, ElementsAre("Thing*", "Other"));
  EXPECT_TRUE(entry.declaration.skip_dead);
  EXPECT_TRUE(entry.declaration.detached);
  EXPECT_EQ(entry.state, "active");
  EXPECT_EQ(entry.paused_by, "");
}

TEST_P(AStore, TakesTheLastDeclarationAndRaisesTheVersion) {
  declare("board");
  const std::string before = version();
  declare("board", false, true);
  EXPECT_TRUE(listener("board").declaration.skip_dead);
  EXPECT_GT(std::stol(version()), std::stol(before));
}

TEST_P(AStore, KeepsAListenerPausedThatIsRegisteredAnewAndEndsARetirement) {
  declare("board");
  worker_->pause_listener("board", "its table is missing", "relay");
  declare("board");
  EXPECT_EQ(listener("board").state, "paused");
  world_->retire("board");
  declare("board");
  EXPECT_EQ(listener("board").state, "active");
}

TEST_P(AStore, KeepsWhatTheFirstRelayHasSaidOfHowItWorks) {
  scout_->register_listeners({}, {{"completion", "update"}});
  scout_->register_listeners({}, {{"completion", "delete"}, {"ordering", "key"}});
  const auto settings = scout_->registered().settings;
  EXPECT_EQ(settings.at("completion"), "update");
  EXPECT_EQ(settings.at("ordering"), "key");
  EXPECT_EQ(settings.at("lanes"), "64");
}

TEST_P(AStore, PausesAnActiveListenerAndLeavesOneThatIsPausedAsItIs) {
  declare("board");
  const std::string before = version();
  worker_->pause_listener("board", "why", "projection");
  EXPECT_EQ(listener("board").state, "paused");
  EXPECT_EQ(listener("board").paused_by, "projection");
  EXPECT_NE(version(), before);
  worker_->pause_listener("board", "why", "relay");
  EXPECT_EQ(listener("board").paused_by, "projection");
}

TEST_P(AStore, EndsARelaysOwnPauseAndNobodyElses) {
  declare("board");
  worker_->pause_listener("board", "why", "relay");
  scout_->resume_listener("board");
  EXPECT_EQ(listener("board").state, "active");
  EXPECT_EQ(listener("board").paused_by, "");
  worker_->pause_listener("board", "why", "projection");
  scout_->resume_listener("board");
  EXPECT_EQ(listener("board").state, "paused");
  world_->pause_by_hand("board");
  EXPECT_EQ(listener("board").paused_by, "operator");
  scout_->resume_listener("board");
  EXPECT_EQ(listener("board").state, "paused");
  world_->resume_by_hand("board");
  EXPECT_EQ(listener("board").state, "active");
}

TEST_P(AStore, LetsAChangeWaitForBatchesUnderWayAndNoNewOneIn) {
  declare("board");
  const Sent sent = publish(key_in(3));
  (void)worker_->claim_events({{.lane = 3}}, Payloads::travel);
  const std::string before = version();
  const auto changer = open_worker("changer");
  const auto another = open_worker();
  world_->while_it_waits([&] { changer->pause_listener("board", "why", "relay"); },
                         [&] {
                           const Claim step_back =
                               another->claim_events({{.lane = 9}}, Payloads::travel);
                           EXPECT_FALSE(read_of(step_back, 9).held);
                           another->rollback();
                           EXPECT_EQ(version(), before) << "the batch is under way";
                           worker_->end({.complete = {sent.id}});
                         });
  EXPECT_EQ(listener("board").state, "paused");
  EXPECT_TRUE(read_of(claim(*another), 9).held);
}

TEST_P(AStore, LetsARegistrationWaitForBatchesUnderWay) {
  publish("k");
  (void)claim();
  world_->while_it_waits([&] { declare("board"); }, [&] { worker_->rollback(); });
  EXPECT_EQ(listener("board").state, "active");
}

TEST_P(AStore, LetsAResumptionWaitForBatchesUnderWay) {
  declare("board");
  worker_->pause_listener("board", "why", "relay");
  (void)claim();
  world_->while_it_waits([&] { scout_->resume_listener("board"); }, [&] { worker_->rollback(); });
  EXPECT_EQ(listener("board").state, "active");
}

TEST_P(AStore, LetsAChangeOfADetachedListenerWaitForItsBatchWhileOthersGoOn) {
  declare("slow", true);
  declare("slower", true);
  (void)claim_drained(*worker_, "slow");
  const auto changer = open_worker("changer");
  const auto another = open_worker();
  world_->while_it_waits([&] { changer->pause_listener("slow", "why", "relay"); },
                         [&] {
                           EXPECT_TRUE(read_of(claim_drained(*another, "slower"), 3).held);
                           another->rollback();
                           EXPECT_TRUE(read_of(claim(*another), 3).held);
                           another->rollback();
                           EXPECT_FALSE(read_of(claim_drained(*another, "slow"), 3).held);
                           another->rollback();
                           worker_->rollback();
                         });
  EXPECT_EQ(listener("slow").state, "paused");
}

TEST_P(AStore, ChangesAListenerWithoutWaitingForADetachedOneThatStays) {
  declare("slow", true);
  declare("board");
  (void)claim_drained(*worker_, "slow");
  open_worker("changer")->pause_listener("board", "why", "relay");
  EXPECT_EQ(listener("board").state, "paused");
}

TEST_P(AStore, ChangesNothingWhenBatchesUnderWayTakeTooLong) {
  declare("board");
  const Sent sent = publish("k");
  (void)claim();
  const std::string before = version();
  const auto changer = open_worker("changer");
  const auto pausing = failure_of([&] {
    world_->while_it_waits_too_long([&] { changer->pause_listener("board", "why", "relay"); });
  });
  EXPECT_EQ(pausing.kind, FailureKind::conflict) << pausing.message;
  const auto registering =
      failure_of([&] { world_->while_it_waits_too_long([&] { declare("audit"); }); });
  EXPECT_EQ(registering.kind, FailureKind::conflict) << registering.message;
  EXPECT_EQ(version(), before);
  EXPECT_EQ(listener("board").state, "active");
  EXPECT_FALSE(scout_->registered().listeners.contains("audit"));
  worker_->end({.complete = {sent.id}});
  EXPECT_TRUE(read_of(claim(*changer), 3).held) << "it holds nothing, and announces nothing";
}

TEST_P(AStore, DetachesAForwardAsLongAsThereIsAProjection) {
  declare("topic", false, false, "forward");
  EXPECT_FALSE(listener("topic").declaration.detached) << "alone it takes the events themselves";
  declare("board");
  EXPECT_TRUE(listener("topic").declaration.detached);
  EXPECT_TRUE(read_of(claim_drained(*worker_, "topic"), 3).held) << "with lanes of its own";
  worker_->rollback();
  world_->retire("board");
  EXPECT_FALSE(listener("topic").declaration.detached);
}

TEST_P(AStore, LetsGoWhatWaitedBehindDeadLettersThatAreSkippedFromNowOn) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", waiting),
       delivery(s[2], "board", waiting)});
  declare("board", false, true);
  EXPECT_EQ(states("board"), "dead ready waiting") << "settling it wakes the next";
}

TEST_P(AStore, TellsHowLongAgoAnotherRelayWasSeenToServeAListener) {
  declare("board");
  world_->pass_time(1h);
  EXPECT_GE(listener("board").others_seen_ms, 3'600'000);
  world_->saw("board", "test");
  EXPECT_GE(listener("board").others_seen_ms, 3'600'000) << "that was this relay itself";
  world_->saw("board", "another");
  EXPECT_LT(listener("board").others_seen_ms, 1'800'000);
}

TEST_P(AStore, RehearsesInATransactionThatIsRolledBack) {
  for (const bool result : {true, false}) {
    EXPECT_EQ(scout_->rehearse([&](projections::Tx& tx) {
      world_->make_effect(tx);
      return result;
    }),
              result);
  }
  declare("board");
  EXPECT_EQ(world_->effects(), 0);
}

TEST_P(AStore, RollsARehearsalBackThatThrows) {
  EXPECT_THROW((void)scout_->rehearse([&](projections::Tx& tx) -> bool {
    world_->make_effect(tx);
    throw std::runtime_error{"no"};
  }),
               std::runtime_error);
  declare("board");
  EXPECT_EQ(world_->effects(), 0);
  EXPECT_EQ(listener("board").state, "active");
}

// ---- what was in the air

using End = relay::flow::FlightRemains::End;

TEST_P(AStore, SuspectsWhatWasInTheAirAtTheSecondVanishingOfAProcess) {
  const Sent one = publish();
  const Sent other = publish();
  scout_->store_suspects({{"board", {one.id, other.id}, false, End::vanished}});
  EXPECT_TRUE(scout_->registered().suspects.empty()) << "it may have been anybody's kill";
  scout_->store_suspects({{"board", {other.id}, false, End::vanished}});
  const auto suspects = scout_->registered().suspects;
  ASSERT_EQ(suspects.size(), 1U);
  EXPECT_EQ(suspects.begin()->first, (std::pair{other.id, std::string{"board"}}));
  EXPECT_EQ(suspects.begin()->second.kills, 0) << "it was not alone";
}

TEST_P(AStore, SuspectsWhatWasInTheAirOfAThreadThatCrashedAtOnce) {
  const Sent sent = publish();
  const std::string before = version();
  scout_->store_suspects({{"board", {sent.id}, false, End::crashed}});
  EXPECT_EQ(scout_->registered().suspects.size(), 1U);
  EXPECT_EQ(scout_->registered().suspects.begin()->second.crashes, 0) << "it was not alone";
  EXPECT_NE(version(), before) << "or relays would not look";
}

TEST_P(AStore, CountsOfSuspectsWhatWasAlone) {
  const Sent sent = publish();
  scout_->store_suspects({{"board", {sent.id}, true, End::vanished}});
  EXPECT_EQ(scout_->registered().suspects.size(), 1U);
  scout_->store_suspects({{"board", {sent.id}, true, End::vanished}});
  scout_->store_suspects({{"board", {sent.id}, true, End::crashed}});
  const auto suspicion = scout_->registered().suspects.begin()->second;
  EXPECT_EQ(suspicion.kills, 2);
  EXPECT_EQ(suspicion.crashes, 1);
}

TEST_P(AStore, SuspectsNothingThatIsCompleteAndForgetsIt) {
  const Sent sent = publish();
  scout_->store_suspects({{"board", {sent.id}, true, End::crashed}});
  (void)claim();
  worker_->end({.complete = {sent.id}});
  EXPECT_TRUE(scout_->registered().suspects.empty());
  scout_->store_suspects({{"board", {sent.id}, true, End::crashed}});
  EXPECT_TRUE(scout_->registered().suspects.empty());
}

TEST_P(AStore, SuspectsNothingThatCameThrough) {
  const Sent sent = publish();
  scout_->store_suspects(
      {{"board", {sent.id}, true, End::crashed}, {"audit", {sent.id}, true, End::crashed}});
  (void)claim();
  BatchEnd end;
  end.suspects_no_more["board"] = {sent.id};
  worker_->end(end);
  const auto suspects = scout_->registered().suspects;
  ASSERT_EQ(suspects.size(), 1U);
  EXPECT_EQ(suspects.begin()->first.second, "audit");
}

TEST_P(AStore, SaysNothingNewWhereNothingWasInTheAir) {
  const std::string before = version();
  scout_->store_suspects({});
  EXPECT_EQ(version(), before);
}

}  // namespace
}  // namespace tests::contract
