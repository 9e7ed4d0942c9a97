#include <algorithm>

#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using relay::store::CommitRefused;
using ::testing::ElementsAre;

TEST_P(AStore, EndsABatchWithWhatItsHandlersWroteAndTellsTheClock) {
  const Sent sent = publish();
  (void)claim();
  world_->make_effect(worker_->tx());
  EXPECT_EQ(world_->effects(), 0) << "nobody sees it before";
  EXPECT_EQ(world_->state_of(sent.id), "pending");
  EXPECT_GT(worker_->end({.complete = {sent.id}}), 0);
  EXPECT_EQ(world_->effects(), 1);
  EXPECT_EQ(world_->state_of(sent.id), "complete");
}

TEST_P(AStore, FreesItsLanesAtTheEnd) {
  publish("k");
  (void)claim();
  worker_->end({});
  EXPECT_FALSE(claim(*open_worker()).empty());
}

TEST_P(AStore, DoesNotNeedToWaitForTheDisk) {
  const Sent sent = publish();
  (void)claim();
  EXPECT_GT(worker_->end({.complete = {sent.id}, .wait_for_disk = false}), 0);
  EXPECT_EQ(world_->state_of(sent.id), "complete");
}

TEST_P(AStore, KeepsNothingOfABatchThatIsRolledBackAndClaimsAgain) {
  const Sent sent = publish();
  (void)claim();
  world_->make_effect(worker_->tx());
  EXPECT_TRUE(worker_->rollback());
  EXPECT_EQ(world_->effects(), 0);
  EXPECT_THAT(ids(claim()), ElementsAre(sent.id));
  EXPECT_TRUE(worker_->rollback());
  EXPECT_TRUE(worker_->rollback()) << "there is none to end";
}

TEST_P(AStore, KeepsNothingOfABatchWhoseSessionIsGone) {
  const Sent sent = publish();
  (void)claim();
  world_->make_effect(worker_->tx());
  worker_.reset();
  EXPECT_EQ(world_->effects(), 0);
  const auto another = open_worker();
  EXPECT_THAT(ids(claim(*another)), ElementsAre(sent.id));
}

TEST_P(AStore, KeepsNothingOfABatchWhoseCommitIsRefusedAndSaysSo) {
  const Sent sent = publish();
  world_->refuse_commits();
  (void)claim();
  world_->make_effect(worker_->tx());
  try {
    worker_->end(
        {.complete = {sent.id}, .entries = {.deliveries = {delivery(sent, "board", ready)}}});
    FAIL() << "it was committed";
  } catch (const CommitRefused& refused) {
    EXPECT_EQ(refused.failure.sqlstate, "23514");
    EXPECT_EQ(refused.failure.kind, projections::FailureKind::event);
  }
  EXPECT_TRUE(worker_->rollback());
  EXPECT_EQ(world_->effects(), 0);
  EXPECT_EQ(world_->state_of(sent.id), "pending");
  EXPECT_EQ(states("board"), "");
  EXPECT_THAT(ids(claim()), ElementsAre(sent.id));
}

TEST_P(AStore, RunsAnEffectThatTravelsWithTheEnd) {
  const Sent sent = publish();
  (void)claim();
  const std::string effect = world_->effect_text();
  worker_->end({.effect = effect, .complete = {sent.id}});
  EXPECT_EQ(world_->effects(), 1);
  EXPECT_EQ(world_->state_of(sent.id), "complete");
}

TEST_P(AStore, IsNotRefusedButFailsWhereAStatementOfTheEndDoes) {
  const Sent sent = publish();
  (void)claim();
  world_->make_effect(worker_->tx());
  const std::string effect = world_->failing_text();
  try {
    worker_->end({.effect = effect, .complete = {sent.id}});
    FAIL() << "it was committed";
  } catch (const CommitRefused&) {
    FAIL() << "a statement failed before";
  } catch (...) {
    EXPECT_EQ(projections::current_failure().kind, projections::FailureKind::event);
  }
  EXPECT_ANY_THROW(worker_->end({.complete = {sent.id}})) << "the transaction is open and failed";
  EXPECT_TRUE(worker_->rollback());
  EXPECT_EQ(world_->effects(), 0);
  EXPECT_THAT(ids(claim()), ElementsAre(sent.id));
}

TEST_P(AStore, CompletesAndParksNothingThatIsGoneAndMindsItNot) {
  const Sent a = publish();
  const Sent b = publish();
  (void)claim();
  world_->remove(a.id);
  world_->remove(b.id);
  EXPECT_GT(worker_->end({.complete = {a.id}, .park = {b.id}}), 0);
  EXPECT_EQ(world_->state_of(a.id), "gone");
}

TEST_P(AStore, RehearsesABatchsEndAndKeepsNothing) {
  const Sent sent = publish();
  worker_->rehearse_end();
  EXPECT_THAT(ids(claim()), ElementsAre(sent.id)) << "no transaction is left open";
}

TEST_P(AStore, SaysWhatWouldKeepAnyBatchFromEnding) {
  world_->break_ends();
  const auto failure = failure_of([&] { worker_->rehearse_end(); });
  EXPECT_EQ(failure.kind, projections::FailureKind::configuration);
  EXPECT_TRUE(worker_->rollback());
  world_->mend_ends();
  worker_->rehearse_end();
}

// ---- what is written down as owed

TEST_P(AStore, ParksWhatIsOwedAndWritesDownToWhom) {
  const Sent sent = publish("k");
  Delivery board = delivery(sent, "board", retrying);
  board.delay = 90s;
  owe({board, delivery(sent, "slow", ready)});
  EXPECT_EQ(world_->state_of(sent.id), "parked");
  const Owed owed = this->owed("board", sent.id);
  EXPECT_EQ(owed.state, "retrying");
  EXPECT_EQ(owed.attempts, 1);
  EXPECT_EQ(owed.error_class, "event");
  EXPECT_EQ(owed.error, "boom");
  ASSERT_TRUE(owed.due_in);
  EXPECT_LE(*owed.due_in, 90s);
  EXPECT_GT(*owed.due_in, 60s);
  EXPECT_EQ(states("slow"), "ready");
  EXPECT_FALSE(this->owed("slow", sent.id).due_in);
}

TEST_P(AStore, MakesARetryDueAtOnceWhoseMomentHasPassed) {
  const Sent sent = publish("k");
  Delivery late = delivery(sent, "board", retrying);
  late.delay = -5s;
  owe({late});
  EXPECT_LE(*owed("board", sent.id).due_in, 0s);
}

TEST_P(AStore, GivesEntriesTheirPlacesInTheOrderOfTheirNumbers) {
  const std::vector<Sent> s{publish("a"), publish("b"), publish("c")};
  owe({delivery(s[2], "board", ready), delivery(s[0], "board", ready),
       delivery(s[1], "board", ready)});
  EXPECT_LT(owed("board", s[0].id).place, owed("board", s[1].id).place);
  EXPECT_LT(owed("board", s[1].id).place, owed("board", s[2].id).place);
}

TEST_P(AStore, LeavesAnEntryAsItIsThatIsThereAlready) {
  const Sent sent = publish("k");
  owe({delivery(sent, "board", dead)});
  const std::int64_t place = owed("board", sent.id).place;
  owe({delivery(sent, "board", ready)});
  EXPECT_EQ(states("board"), "dead");
  EXPECT_EQ(owed("board", sent.id).place, place);
}

TEST_P(AStore, DrawsPlacesThatNoRollbackTakesBack) {
  const Sent sent = publish("k");
  const auto last_place = [&] { return scout_->look({{}}, 10s).standing.last_place; };
  const std::int64_t before = last_place();
  world_->refuse_commits();
  (void)claim();
  const auto end = [&] {
    worker_->end({.park = {sent.id}, .entries = {.deliveries = {delivery(sent, "a", ready)}}});
  };
  EXPECT_THROW(end(), CommitRefused);
  EXPECT_EQ(last_place(), before + 1);
}

TEST_P(AStore, KeepsFailuresWithTheirNumbersAndOfRemarksTheFirst) {
  const Sent sent = publish("k");
  Delivery first = delivery(sent, "board", retrying);
  first.delay = 0ms;
  (void)claim();
  worker_->end(
      {.park = {sent.id},
       .entries = {.deliveries = {first}, .remarks = {{sent.id, "audit", "skipped", "no type"}}}});
  EXPECT_EQ(world_->attempts("board", sent.id), "1 event boom");
  EXPECT_EQ(world_->attempts("audit", sent.id), "0 skipped no type");
  (void)claim_deliveries(*worker_, "board");
  Delivery second = delivery(sent, "board", dead);
  second.attempts = 1;  // as after an operator's retry
  second.error = "bang";
  settle("board", {}, {second});
  EXPECT_EQ(world_->attempts("board", sent.id), "1 event boom, 2 event bang");
  (void)claim();
  worker_->end({.entries = {.deliveries = {}, .remarks = {{sent.id, "audit", "skipped", "x"}}}});
  EXPECT_EQ(world_->attempts("audit", sent.id), "0 skipped no type");
}

TEST_P(AStore, CountsNoFailureThatWasNotOneNow) {
  const Sent sent = publish("k");
  Delivery carried = delivery(sent, "board", retrying);
  carried.failed_now = false;
  owe({carried});
  EXPECT_EQ(world_->attempts("board", sent.id), "");
  EXPECT_EQ(owed("board", sent.id).attempts, 1);
}

}  // namespace
}  // namespace tests::contract
