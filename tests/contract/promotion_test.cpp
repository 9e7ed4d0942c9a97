#include "tests/contract/a_store.hpp"

// What may hold a delivery is an earlier open one of its key for the same listener, nothing else.

namespace tests::contract {
namespace {

TEST_P(AStore, MakesReadyWhatWaitedBehindADeliveryThatIsDone) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("l")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting),
       delivery(s[2], "board", ready)});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {s[0]}, {}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("board"), "ready ready");
  EXPECT_GT(owed("board", s[1].id).place, owed("board", s[2].id).place) << "a place of its own";
}

TEST_P(AStore, MakesNothingReadyThatNobodyAskedFor) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting)});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {s[0]}, {}, {{s[0].lane, "another"}});
  EXPECT_EQ(states("board"), "waiting");
}

TEST_P(AStore, MakesReadyAllThatWaitAtTheFrontInTheirOrder) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting),
       delivery(s[2], "board", waiting)});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {s[0]}, {}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("board"), "ready ready");
  EXPECT_LT(owed("board", s[1].id).place, owed("board", s[2].id).place);
}

TEST_P(AStore, LetsNothingWaitBehindWhatIsReady) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting)});
  (void)claim();
  BatchEnd end;
  end.promote["board"] = {{s[0].lane, s[0].key}};
  worker_->end(end);
  EXPECT_EQ(states("board"), "ready ready") << "its place keeps it behind";
}

TEST_P(AStore, LetsARetryHoldWhatIsBehindItAndNothingBefore) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k"), publish("k")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting),
       delivery(s[2], "board", retrying), delivery(s[3], "board", waiting)});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {s[0]}, {}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("board"), "ready retrying waiting");
}

TEST_P(AStore, LetsADeadLetterHoldWhatIsBehindItAndNothingBefore) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k"), publish("k")};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", waiting),
       delivery(s[2], "board", dead), delivery(s[3], "board", waiting)});
  (void)claim_deliveries(*worker_, "board");
  settle("board", {s[0]}, {}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("board"), "ready dead waiting");
}

TEST_P(AStore, LetsADeadLetterHoldNothingWhereTheListenerSkips) {
  declare("skips", false, true);
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "skips", ready), delivery(s[1], "skips", waiting)});
  (void)claim_deliveries(*worker_, "skips", true);
  settle("skips", {}, {delivery(s[0], "skips", dead)}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("skips"), "dead ready");
}

TEST_P(AStore, LetsADeadLetterHoldOfAListenerThatNobodyKnows) {
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "gone", ready), delivery(s[1], "gone", waiting)});
  (void)claim_deliveries(*worker_, "gone");
  settle("gone", {}, {delivery(s[0], "gone", dead)}, {{s[0].lane, s[0].key}});
  EXPECT_EQ(states("gone"), "dead waiting");
}

TEST_P(AStore, LetsNothingHoldThatIsOfAnotherKeyOrListener) {
  declare("board");
  declare("audit");
  const std::string one = key_in(3);
  const std::string other = key_in(3, 1);
  const std::vector<Sent> s{publish(one), publish(one), publish(other)};
  owe({delivery(s[0], "audit", dead), delivery(s[2], "board", dead),
       delivery(s[1], "board", waiting)});
  (void)claim();
  BatchEnd end;
  end.promote["board"] = {{s[1].lane, s[1].key}};
  worker_->end(end);
  EXPECT_EQ(owed("board", s[1].id).state, "ready");
}

TEST_P(AStore, PromotesWhatTheSameEndHasWritten) {
  declare("skips", false, true);
  const std::vector<Sent> s{publish("k"), publish("k")};
  (void)claim();
  BatchEnd end;
  end.park = ids(s);
  end.entries.deliveries = {delivery(s[0], "skips", dead), delivery(s[1], "skips", waiting)};
  end.promote["skips"] = {{s[0].lane, s[0].key}};
  worker_->end(end);
  EXPECT_EQ(states("skips"), "dead ready");
}

TEST_P(AStore, LooksAtSoManyOfAKeyAsABatchHasWhenItPromotes) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k")};
  owe({delivery(s[0], "board", waiting), delivery(s[1], "board", waiting),
       delivery(s[2], "board", waiting)});
  const auto worker = open_worker(Limits{.batch_size = 2});
  (void)claim(*worker);
  BatchEnd end;
  end.promote["board"] = {{s[0].lane, s[0].key}};
  worker->end(end);
  EXPECT_EQ(states("board"), "ready ready waiting");
}

// ---- by hand

TEST_P(AStore, PutsADeadLetterThatIsRetriedByHandBeforeWhatWaits) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", waiting)});
  world_->retry_dead("board");
  EXPECT_EQ(states("board"), "ready ready");
  EXPECT_EQ(owed("board", s[0].id).attempts, 0);
  EXPECT_LT(owed("board", s[0].id).place, owed("board", s[1].id).place);
}

TEST_P(AStore, LetsADeadLetterThatIsRetriedByHandWaitBehindARetry) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", retrying), delivery(s[1], "board", dead)});
  world_->retry_dead("board");
  EXPECT_EQ(states("board"), "retrying waiting");
}

TEST_P(AStore, CompletesWhatIsDiscardedByHandAndWakesWhatWaited) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", waiting)});
  world_->discard_dead("board");
  EXPECT_EQ(states("board"), "ready");
  EXPECT_EQ(world_->state_of(s[0].id), "complete");
  EXPECT_EQ(world_->state_of(s[1].id), "parked");
}

TEST_P(AStore, LeavesWhatOthersAreOwedParkedWhenADeadLetterIsDiscarded) {
  declare("board");
  declare("audit");
  const Sent sent = publish("k");
  owe({delivery(sent, "board", dead), delivery(sent, "audit", ready)});
  world_->discard_dead("board");
  EXPECT_EQ(world_->state_of(sent.id), "parked");
}

TEST_P(AStore, CompletesWhatARetiredListenerWasOwedAlone) {
  declare("board");
  declare("audit");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("l")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", waiting),
       delivery(s[2], "board", ready), delivery(s[2], "audit", ready)});
  world_->retire("board");
  EXPECT_EQ(states("board"), "");
  EXPECT_EQ(world_->state_of(s[0].id), "complete");
  EXPECT_EQ(world_->state_of(s[1].id), "complete");
  EXPECT_EQ(world_->state_of(s[2].id), "parked");
  EXPECT_EQ(listener("board").state, "retired");
}

}  // namespace
}  // namespace tests::contract
