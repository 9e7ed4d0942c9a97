#include "relay/lanes/lane_board.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using relay::lanes::LaneBoard;
using relay::lanes::LaneProbe;
using relay::lanes::LaneTicket;
using relay::lanes::Moment;

const Moment now = Moment{} + std::chrono::hours{1};

std::vector<int> lanes_of(const std::vector<LaneTicket>& tickets) {
  std::vector<int> lanes;
  for (const LaneTicket& ticket : tickets) lanes.push_back(ticket.lane);
  return lanes;
}

std::vector<LaneProbe> work_in(std::initializer_list<int> lanes, std::int64_t lowest = 100) {
  std::vector<LaneProbe> probes;
  for (const int lane : lanes) probes.push_back({lane, lowest});
  return probes;
}

TEST(LaneBoard, GivesNothingWhereNoWorkWasSeen) {
  LaneBoard board{8};
  EXPECT_TRUE(board.take(4, now).empty());
}

TEST(LaneBoard, TakesLanesInTurn) {
  LaneBoard board{8};
  board.found(work_in({1, 3, 5}), 0);
  EXPECT_EQ(lanes_of(board.take(2, now)), (std::vector{1, 3}));
  board.done(1, true);
  board.done(3, true);
  EXPECT_EQ(lanes_of(board.take(2, now)), (std::vector{5, 1}));
}

TEST(LaneBoard, InABacklogALaneFarAheadLetsATurnPassButNeverTwo) {
  LaneBoard board{4};
  board.found({{0, 1}, {1, 1}, {2, 1}, {3, 100'000}}, 200'000);
  (void)board.take(4, now);
  board.committed_up_to(0, 500);
  board.committed_up_to(1, 20'000);
  board.committed_up_to(2, 10'500);
  for (const int deep : {0, 1, 2}) board.done(deep, true);
  board.done(3, false);
  board.found({{3, 100'000}}, 200'000);  // a lane of few events
  EXPECT_EQ(lanes_of(board.take(4, now)), (std::vector{0, 2, 3}));
  for (const int lane : {0, 2, 3}) board.done(lane, true);
  EXPECT_EQ(lanes_of(board.take(4, now)), (std::vector{0, 1, 2})) << "3 holds many by now";
  board.be_careful(0, 5);
  for (const int lane : {0, 1, 2}) board.done(lane, true);
  EXPECT_EQ(lanes_of(board.take(2, now)), (std::vector{3, 1})) << "nobody waits for careful ones";
}

TEST(LaneBoard, DoesNotGiveALaneTwice) {
  LaneBoard board{8};
  board.found(work_in({2}), 0);
  EXPECT_EQ(board.take(4, now).size(), 1U);
  EXPECT_TRUE(board.take(4, now).empty());
  EXPECT_EQ(board.taken(), 1);
  board.done(2, true);
  EXPECT_EQ(board.take(4, now).size(), 1U);
}

TEST(LaneBoard, ADrainedOrBusyLaneWaitsForTheNextProbe) {
  LaneBoard board{8};
  board.found(work_in({2}), 0);
  (void)board.take(1, now);
  board.done(2, false);
  EXPECT_EQ(board.waiting(now), 0);
  board.found(work_in({2}), 0);
  EXPECT_EQ(board.waiting(now), 1);
}

TEST(LaneBoard, WhatAProbeSawOfABatchThatWasCommittedMeanwhileIsNoWork) {
  LaneBoard board{8};
  (void)board.begin_probe();
  board.found(work_in({2}, 100), 0);
  (void)board.take(1, now);
  (void)board.begin_probe();
  board.passed(2, 1, 105);
  board.done(2, false);
  board.found(work_in({2}, 100), 0);
  EXPECT_EQ(board.waiting(now), 0) << "the probe's snapshot was older than the commit";
  board.found(work_in({2}, 106), 0);
  EXPECT_EQ(board.waiting(now), 1) << "what comes behind it is new";
}

TEST(LaneBoard, AnEventBelowWhatWasCommittedIsFoundByTheNextProbe) {
  LaneBoard board{8};
  (void)board.begin_probe();
  board.found(work_in({2}, 100), 0);
  (void)board.take(1, now);
  board.passed(2, 1, 105);
  board.done(2, false);
  (void)board.begin_probe();
  board.found(work_in({2}, 103), 0);  // its writer committed late
  EXPECT_EQ(lanes_of(board.take(1, now)), std::vector{2});
}

TEST(LaneBoard, ALaneWhereDeliveriesWereFoundWhileSomebodyWasOnItIsGivenOnceMore) {
  LaneBoard board{8};
  board.found_work({2});
  (void)board.take(1, now);
  board.found_work({2});
  EXPECT_EQ(board.waiting(now), 0);
  board.done(2, false);
  EXPECT_EQ(lanes_of(board.take(1, now)), std::vector{2});
  board.done(2, false);
  EXPECT_EQ(board.waiting(now), 0);
}

TEST(LaneBoard, AProbeNeedsToAskOnlyWhereTheBoardMayNotKnowOfWork) {
  LaneBoard board{4};
  board.set_watermark(1'000);
  board.found_work({1, 2});
  board.read_up_to(2, 70);
  board.found_work({0});
  EXPECT_EQ(lanes_of(board.take(1, now)), std::vector{0});
  EXPECT_EQ(lanes_of(board.unmarked()), (std::vector{0, 3}));
  board.done(0, false);
  EXPECT_EQ(lanes_of(board.take(2, now)), (std::vector{1, 2}));
  board.done(1, true);
  board.done(2, false);
  const auto unmarked = board.unmarked();
  EXPECT_EQ(lanes_of(unmarked), (std::vector{0, 2, 3}));
  EXPECT_EQ(unmarked[1].floor, 70);
}

TEST(LaneBoard, AProbeOfEventsAsksOneLaneAtLeastAndOthersWhereNoneIsKnownToWait) {
  LaneBoard board{3};
  EXPECT_EQ(lanes_of(board.begin_probe()), (std::vector{0, 1, 2}));
  board.found(work_in({0, 2}), 0);
  EXPECT_EQ(lanes_of(board.begin_probe()), (std::vector{1}));
  board.found(work_in({1}), 0);
  EXPECT_EQ(lanes_of(board.begin_probe()), (std::vector{0}));
  EXPECT_TRUE(board.any_work());
  for (const auto& ticket : board.take(3, now)) board.done(ticket.lane, false);
  EXPECT_FALSE(board.any_work());
}

TEST(LaneBoard, TellsWhetherALaneWaitsThatHoldsMoreThanAClaimTakes) {
  LaneBoard board{8};
  board.found(work_in({2}), 0);
  EXPECT_FALSE(board.deep_waiting(now)) << "not known yet";
  (void)board.take(1, now);
  board.done(2, true);
  EXPECT_TRUE(board.deep_waiting(now));
  (void)board.take(1, now);
  EXPECT_FALSE(board.deep_waiting(now)) << "somebody is on it";
  board.done(2, false);
  board.found(work_in({2}), 0);
  EXPECT_FALSE(board.deep_waiting(now));
}

TEST(LaneBoard, ARestingLaneIsNotGivenBeforeItsTime) {
  LaneBoard board{8};
  board.found(work_in({2}), 0);
  board.rest(2, now + std::chrono::seconds{1});
  EXPECT_TRUE(board.take(1, now).empty());
  EXPECT_EQ(board.take(1, now + std::chrono::seconds{2}).size(), 1U);
}

TEST(LaneBoard, ACarefulLaneComesAloneUntilItsStretchIsBehind) {
  LaneBoard board{8};
  board.found(work_in({1, 2, 3}), 0);
  board.be_careful(2, 3);
  EXPECT_EQ(lanes_of(board.take(4, now)), (std::vector{1, 3}));
  const auto alone = board.take(4, now);
  ASSERT_EQ(lanes_of(alone), (std::vector{2}));
  EXPECT_TRUE(alone[0].careful);
  EXPECT_FALSE(alone[0].alone) << "others may be on other lanes";
  for (const std::int64_t seq : {700, 500}) {  // a retry was due
    board.passed(2, 1, seq);
    board.done(2, true);
    EXPECT_TRUE(board.take(4, now)[0].careful);
  }
  board.passed(2, 1, 501);
  board.done(2, true);
  EXPECT_FALSE(board.take(4, now)[0].careful);
}

TEST(LaneBoard, CareEndsWhereTheLaneDoes) {
  LaneBoard board{8};
  board.found_work({1, 2});
  board.be_careful(1, 3);
  board.be_careful(2, 3);
  board.passed(1, 0, 0);
  board.found({{2, std::nullopt}}, 0);
  const auto tickets = board.take(4, now);
  EXPECT_EQ(tickets.size(), 2U);
  EXPECT_TRUE(std::ranges::none_of(tickets, &LaneTicket::careful));
}

TEST(LaneBoard, ASuspectHasNothingBesideItUntilItHasPassed) {
  LaneBoard board{8};
  board.found(work_in({2}), 0);
  board.be_careful(2, 3);
  board.be_alone(2);
  EXPECT_TRUE(board.take(4, now)[0].alone);
  board.done(2, true);  // it was not let in
  EXPECT_TRUE(board.take(4, now)[0].alone);
  board.passed(2, 1, 100);
  board.done(2, true);
  const auto next = board.take(4, now);
  EXPECT_TRUE(next[0].careful);
  EXPECT_FALSE(next[0].alone);
}

TEST(LaneBoard, GivesMoreLanesAtOnceWhileNoneIsKnownToHoldMoreThanAClaimTakes) {
  LaneBoard board{8};
  board.found({{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}}, 0);
  EXPECT_EQ(lanes_of(board.take(2, now, 4)), (std::vector{0, 1, 2, 3}));
  for (const int lane : {0, 1, 2}) board.done(lane, true);
  board.done(3, false);
  EXPECT_EQ(lanes_of(board.take(2, now, 4)), (std::vector{4, 0}));
}

TEST(LaneBoard, AFloorRisesToWhatIsDecidedButNeverPastAPendingEvent) {
  LaneBoard board{2};
  board.found({{0, 50}, {1, std::nullopt}}, 80);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{49, 80}));
  board.found({{0, 50}, {1, 60}}, 90);  // never back, either: only a sweep may say so
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{49, 80}));
}

TEST(LaneBoard, AFloorRisesWithACommitButNeverPastWhatWasDecidedWhenTheLaneWasTaken) {
  LaneBoard board{3};
  board.found({{0, 50}, {1, 60}, {2, 70}}, 80);
  EXPECT_EQ(board.take(3, now)[0].floor, 49);
  board.found({{2, 70}}, 200);  // decided after the lanes were read, for all the board knows
  board.committed_up_to(0, 75);
  board.committed_up_to(1, 95);  // an open writer may hold 81
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{75, 80, 69}));
  board.committed_up_to(0, 0);  // nothing was read
  board.forget_floors();
  board.committed_up_to(2, 75);  // read from a server that may not be the same
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{0, 0, 0}));
}

TEST(LaneBoard, WithoutOrderOnlyProbesRaiseFloorsAndTheyAskEverywhere) {
  LaneBoard board{3, false};
  board.found({{0, 50}, {1, 60}, {2, 70}}, 80);
  EXPECT_EQ(lanes_of(board.begin_probe()), (std::vector{0, 1, 2}));
  (void)board.take(3, now);
  board.committed_up_to(0, 75);  // another relay may hold 60, which was stepped over
  board.read_up_to(1, 75);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{49, 59, 69}));
}

TEST(LaneBoard, WhatAProbeSawOfAServerThatMayBeAnotherByNowRaisesNoFloor) {
  LaneBoard board{2};
  (void)board.begin_probe();
  board.forget_floors();
  board.found({{0, 50}, {1, std::nullopt}}, 80);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(lanes_of(board.take(2, now)), std::vector{0});
  board.committed_up_to(0, 75);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{0, 0}));
}

TEST(LaneBoard, WhatASweepFoundIsNotHiddenAgainByWhoHadReadFromFurtherOn) {
  LaneBoard board{2};
  board.set_watermark(1'000);
  board.found({{0, 100}, {1, 100}}, 120);
  (void)board.take(2, now);
  board.swept({{0, 7}, {1, 8}});
  board.committed_up_to(0, 110);
  board.read_up_to(1, 110);
  board.done(0, false);
  board.done(1, false);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(lanes_of(board.take(2, now)), (std::vector{0, 1})) << "given once more";
  board.committed_up_to(0, 110);
  board.read_up_to(1, 110);
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{110, 110}));
}

TEST(LaneBoard, ASweepPullsAFloorDownToWhatItFound) {
  LaneBoard board{2};
  board.found({{0, std::nullopt}, {1, std::nullopt}}, 80);
  board.swept({{0, 7}, {1, 81}});
  EXPECT_EQ(board.floors_to_keep(), (std::vector<std::int64_t>{6, 80}));
  EXPECT_EQ(lanes_of(board.take(4, now)), (std::vector{0}));
}

}  // namespace
