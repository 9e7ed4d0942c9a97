#include <algorithm>

#include <gmock/gmock.h>

#include "tests/contract/a_store.hpp"

namespace tests::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST_P(AStore, GivesDueDeliveriesBeforeReadyOnesAndNoneThatIsNotDue) {
  declare("board");
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(3, 1)), publish(key_in(3, 2)),
                            publish(key_in(3, 3))};
  Delivery soon = delivery(s[1], "board", retrying);
  soon.delay = 10s;
  Delivery later = delivery(s[2], "board", retrying);
  later.delay = 1h;
  owe({delivery(s[0], "board", ready), soon, later, delivery(s[3], "board", ready)});
  EXPECT_THAT(ids(claim_deliveries(*worker_, "board")), ElementsAre(s[0].id, s[3].id));
  worker_->rollback();
  world_->pass_time(11s);
  EXPECT_THAT(ids(claim_deliveries(*worker_, "board")), ElementsAre(s[1].id, s[0].id, s[3].id));
}

TEST_P(AStore, TakesNoDeliveryThatWaitsOrIsDeadOrAnothers) {
  declare("board");
  declare("audit");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("l")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", waiting),
       delivery(s[2], "audit", ready)});
  EXPECT_TRUE(claim_deliveries(*worker_, "board").empty());
}

TEST_P(AStore, ReadsReadyDeliveriesAboveTheFloorAndDueOnesInAnyCase) {
  declare("board");
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(3, 1)), publish(key_in(3, 2))};
  Delivery due = delivery(s[0], "board", retrying);
  due.delay = 0ms;
  owe({due, delivery(s[1], "board", ready), delivery(s[2], "board", ready)});
  const std::int64_t floor = owed("board", s[1].id).place;
  const Claim claim =
      worker_->claim_deliveries({.listener = "board"}, {{.lane = 3, .floor = floor}});
  EXPECT_THAT(ids(claim), ElementsAre(s[0].id, s[2].id));
  EXPECT_EQ(read_of(claim, 3).last, owed("board", s[2].id).place);
}

TEST_P(AStore, SaysOfARetryAloneThatNoPlaceWasReadUpTo) {
  declare("board");
  const Sent sent = publish(key_in(3));
  Delivery due = delivery(sent, "board", retrying);
  due.delay = 0ms;
  owe({due});
  EXPECT_EQ(read_of(claim_deliveries(*worker_, "board"), 3).last, 0);
}

TEST_P(AStore, TellsOfADeliveryWhatItBringsAlong) {
  declare("board");
  const Sent sent =
      publish(NewEvent{.key = "k", .payload = R"({"n": 1})", .headers = R"({"h": 1})"});
  Delivery due = delivery(sent, "board", retrying);
  due.delay = 0ms;
  due.attempts = 3;
  owe({due});
  const Claim claim = claim_deliveries(*worker_, "board");
  const relay::store::Taken& taken = claim.taken.at(sent.id);
  EXPECT_EQ(taken.attempts, 3);
  EXPECT_EQ(taken.key, sent.key);
  EXPECT_EQ(taken.place, owed("board", sent.id).place);
  EXPECT_FALSE(taken.before_seq);
  EXPECT_EQ(claim.events.rows.at(0).payload, R"({"n": 1})");
  EXPECT_EQ(claim.events.rows.at(0).headers, R"({"h": 1})");
  EXPECT_EQ(claim.events.rows.at(0).type, "Thing");
  EXPECT_EQ(claim.listeners_version, version());
}

TEST_P(AStore, TellsTheOpenNumberRightBeforeADelivery) {
  declare("board");
  declare("audit");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k"), publish("k"), publish("l")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", retrying),
       delivery(s[2], "audit", ready), delivery(s[3], "board", ready),
       delivery(s[4], "board", ready)});
  const Claim claim = claim_deliveries(*worker_, "board");
  EXPECT_EQ(claim.taken.at(s[3].id).before_seq, s[1].seq);
  EXPECT_FALSE(claim.taken.at(s[4].id).before_seq) << "of another key";
}

TEST_P(AStore, TakesADeadLetterForOpenUnlessItsListenerSkips) {
  declare("board");
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "board", dead), delivery(s[1], "board", ready)});
  EXPECT_EQ(claim_deliveries(*worker_, "board").taken.at(s[1].id).before_seq, s[0].seq);
  worker_->rollback();
  EXPECT_FALSE(claim_deliveries(*worker_, "board", true).taken.at(s[1].id).before_seq);
}

TEST_P(AStore, TellsWhetherAnythingOfAListenerWaitsAnywhere) {
  declare("board");
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(9)), publish(key_in(9))};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", dead)});
  const auto any = [&] {
    const bool waits = worker_->claim_deliveries({.listener = "board"}, {{.lane = 3}}).any_waiting;
    worker_->rollback();
    return waits;
  };
  EXPECT_FALSE(any());
  owe({delivery(s[2], "board", waiting)});
  EXPECT_TRUE(any());
}

TEST_P(AStore, SharesItsLimitAmongTheLanesOfDeliveriesAndSaysWhereThereIsMore) {
  declare("board");
  std::vector<Delivery> all;
  for (int n = 0; n < 3; ++n) all.push_back(delivery(publish(key_in(3, n)), "board", ready));
  all.push_back(delivery(publish(key_in(9)), "board", ready));
  owe(all);
  const auto worker = open_worker(Limits{.batch_size = 4});
  const Claim claim = worker->claim_deliveries({.listener = "board"}, {{.lane = 3}, {.lane = 9}});
  EXPECT_EQ(read_of(claim, 3).events, 2U);
  EXPECT_TRUE(read_of(claim, 3).more);
  EXPECT_EQ(read_of(claim, 9).events, 1U);
  EXPECT_FALSE(read_of(claim, 9).more);
  worker->rollback();
  EXPECT_EQ(worker->claim_deliveries({.listener = "board"}, {{.lane = 3, .careful = true}})
                .events.rows.size(),
            1U);
}

TEST_P(AStore, ReadsSoManyBytesOfDeliveriesAndAlwaysOne) {
  declare("board");
  std::vector<Delivery> all;
  for (int n = 0; n < 3; ++n) {
    all.push_back(delivery(
        publish(NewEvent{.key = key_in(3, n), .payload = "\"" + std::string(98, 'x') + "\""}),
        "board", ready));
  }
  owe(all);
  for (const auto& [bytes, events] : std::map<int, std::size_t>{{1, 1}, {150, 2}, {1'000, 3}}) {
    const auto worker = open_worker(Limits{.batch_max_bytes = bytes});
    const Claim claim = worker->claim_deliveries({.listener = "board"}, {{.lane = 3}});
    EXPECT_EQ(read_of(claim, 3).events, events) << bytes;
    EXPECT_EQ(read_of(claim, 3).more, events < 3) << bytes;
    worker->rollback();
  }
}

TEST_P(AStore, ReadsOneDeliveryOfEachLaneHoweverFewBytesABatchMayHave) {
  declare("board");
  owe({delivery(publish(NewEvent{.key = key_in(3), .payload = "{}"}), "board", ready),
       delivery(publish(NewEvent{.key = key_in(5), .payload = "{}"}), "board", ready)});
  const auto worker = open_worker(Limits{.batch_max_bytes = 1});
  const Claim claim = worker->claim_deliveries({.listener = "board"}, {{.lane = 3}, {.lane = 5}});
  EXPECT_EQ(read_of(claim, 3).events, 1U);
  EXPECT_EQ(read_of(claim, 5).events, 1U);
}

TEST_P(AStore, GivesADeliveryWhoseEventIsGoneWithoutAType) {
  declare("board");
  const Sent sent = publish("k");
  owe({delivery(sent, "board", ready)});
  world_->remove(sent.id);
  const Claim claim = claim_deliveries(*worker_, "board");
  ASSERT_THAT(ids(claim), ElementsAre(sent.id));
  EXPECT_EQ(claim.events.rows[0].seq, sent.seq);
  EXPECT_FALSE(claim.events.rows[0].type);
  EXPECT_FALSE(claim.events.rows[0].payload);
}

TEST_P(AStore, TakesAttachedListenersDeliveriesUnderTheLanesOfTheFirstPass) {
  declare("board");
  owe({delivery(publish(key_in(3)), "board", ready)});
  const auto another = open_worker();
  (void)another->claim_events({{.lane = 3}}, Payloads::travel);
  EXPECT_FALSE(read_of(claim_deliveries(*worker_, "board"), 3).held);
}

TEST_P(AStore, TakesADetachedListenersDeliveriesUnderLanesOfItsOwn) {
  declare("slow", true);
  declare("slower", true);
  const Sent sent = publish(key_in(3));
  owe({delivery(sent, "slow", ready), delivery(sent, "slower", ready)});
  const auto another = open_worker();
  (void)claim(*another);
  const auto third = open_worker();
  EXPECT_THAT(ids(claim_drained(*third, "slower")), ElementsAre(sent.id));
  EXPECT_THAT(ids(claim_drained(*worker_, "slow")), ElementsAre(sent.id));
  EXPECT_FALSE(read_of(claim_drained(*open_worker(), "slow"), 3).held);
}

TEST_P(AStore, HasNoLanesOfADrainerThatNobodyRegistered) {
  EXPECT_FALSE(read_of(claim_drained(*worker_, "nobody"), 3).held);
}

TEST_P(AStore, WithoutOrderGivesSeveralWorkersDifferentDeliveriesOfALane) {
  declare("board");
  const std::vector<Sent> s{publish(key_in(3)), publish(key_in(3, 1))};
  owe({delivery(s[0], "board", ready), delivery(s[1], "board", ready)});
  const auto one = open_worker(Limits{.ordered = false, .batch_size = 1});
  const auto other = open_worker(Limits{.ordered = false});
  EXPECT_THAT(ids(claim_deliveries(*one, "board")), ElementsAre(s[0].id));
  EXPECT_THAT(ids(claim_deliveries(*other, "board")), ElementsAre(s[1].id));
}

// ---- what a first pass may have to wait behind

TEST_P(AStore, TellsOfEachKeyAndListenerWhatIsOpenFirst) {
  declare("board");
  declare("audit");
  const std::vector<Sent> s{publish("k"), publish("k"), publish("k"), publish("l")};
  owe({delivery(s[0], "audit", retrying), delivery(s[1], "board", dead),
       delivery(s[2], "board", waiting), delivery(s[3], "board", ready)});
  publish("k");
  (void)claim();
  const auto held = worker_->held_keys({{s[0].lane, s[0].key}});
  ASSERT_EQ(held.size(), 2U);
  projections::HeldKeys board;
  board.hold(s[0].key, s[1].seq);
  EXPECT_TRUE(held.at("board") == board) << "nothing of a key that was not asked for";
  projections::HeldKeys audit;
  audit.hold(s[0].key, s[0].seq);
  EXPECT_TRUE(held.at("audit") == audit);
}

TEST_P(AStore, TellsNothingOfDetachedListenersNorOfDeadLettersThatAreSkipped) {
  declare("slow", true);
  declare("skips", false, true);
  const std::vector<Sent> s{publish("k"), publish("k")};
  owe({delivery(s[0], "slow", ready), delivery(s[0], "skips", dead),
       delivery(s[1], "skips", ready)});
  publish("k");
  (void)claim();
  const auto held = worker_->held_keys({{s[0].lane, s[0].key}});
  ASSERT_EQ(held.size(), 1U);
  EXPECT_FALSE(held.at("skips").holds(s[0].key, s[1].seq));
  EXPECT_TRUE(held.at("skips").holds(s[0].key, s[1].seq + 1));
}

}  // namespace
}  // namespace tests::contract
