#include "tests/contract/a_store.hpp"

// What becomes of deliveries at a batch's end.

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using relay::store::CommitRefused;

TEST_P(AStore, CompletesAParkedEventWhenItsLastDeliveryGoes) {
  declare("board");
  declare("slow", true);
  const Sent sent = publish("k");
  owe({delivery(sent, "board", ready), delivery(sent, "slow", ready)});
  (void)claim_drained(*worker_, "slow");
  settle("slow", {sent});
  EXPECT_EQ(world_->state_of(sent.id), "parked");
  EXPECT_EQ(states("slow"), "");
  (void)claim_deliveries(*worker_, "board");
  settle("board", {sent});
  EXPECT_EQ(world_->state_of(sent.id), "complete");
}

TEST_P(AStore, CompletesNothingByADeliveryThatIsNotParked) {
  const Sent sent = publish("k");
  (void)claim();
  worker_->end({.entries = {.deliveries = {delivery(sent, "board", ready)}}});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {sent});
  EXPECT_EQ(world_->state_of(sent.id), "pending");
}

TEST_P(AStore, KeepsADeliveryThatWasSettledInABatchThatIsRolledBack) {
  const Sent sent = publish("k");
  owe({delivery(sent, "board", ready)});
  world_->refuse_commits();
  (void)claim_deliveries(*worker_, "board");
  EXPECT_THROW(settle("board", {sent}), CommitRefused);
  EXPECT_EQ(states("board"), "ready");
  EXPECT_EQ(world_->state_of(sent.id), "parked");
}

TEST_P(AStore, ChangesDeliveriesAndLeavesThemTheirPlaces) {
  const std::vector<Sent> s{publish("a"), publish("b"), publish("c")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", ready),
       delivery(s[2], "board", ready)});
  const std::int64_t place = owed("board", s[0].id).place;
  (void)claim_deliveries(*worker_, "board");
  Delivery again = delivery(s[0], "board", retrying);
  again.attempts = 2;
  settle("board", {}, {again, delivery(s[1], "board", dead), delivery(s[2], "board", waiting)});
  EXPECT_EQ(states("board"), "retrying dead waiting");
  const Owed after = owed("board", s[0].id);
  EXPECT_EQ(after.attempts, 2);
  EXPECT_EQ(after.place, place);
  EXPECT_GT(*after.due_in, 30s);
  EXPECT_FALSE(owed("board", s[1].id).due_in);
}

TEST_P(AStore, KeepsTheLastErrorOfADeliveryThatBringsNoNewOne) {
  const Sent sent = publish("k");
  Delivery due = delivery(sent, "board", retrying);
  due.delay = 0ms;
  owe({due});
  (void)claim_deliveries(*worker_, "board");
  Delivery waits = delivery(sent, "board", waiting);
  waits.attempts = 1;
  settle("board", {}, {waits});
  EXPECT_EQ(owed("board", sent.id).error, "boom");
  EXPECT_EQ(owed("board", sent.id).error_class, "event");
}

TEST_P(AStore, ChangesNoDeliveryThatIsNotThere) {
  const Sent sent = publish("k");
  (void)claim_deliveries(*worker_, "board");
  settle("board", {}, {delivery(sent, "board", waiting)});
  EXPECT_EQ(states("board"), "");
}

TEST_P(AStore, CountsWhatIsOwedOnceWhoeverHadTheEventLockedHasEnded) {
  declare("slow", true);
  const Sent sent = publish("k");
  (void)claim();
  worker_->end({.entries = {.deliveries = {delivery(sent, "slow", ready)}}});
  const auto another = open_worker(Limits{.ordered = false});
  (void)claim(*another);  // without order it locks the events themselves
  (void)claim_drained(*worker_, "slow");
  world_->while_it_waits([&] { settle("slow", {sent}); },
                         [&] { another->end({.park = {sent.id}}); });
  EXPECT_EQ(world_->state_of(sent.id), "complete") << "it is parked by then, and owes nothing";
}

}  // namespace
}  // namespace tests::contract
