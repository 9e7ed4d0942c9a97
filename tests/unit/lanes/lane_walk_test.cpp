#include <gtest/gtest.h>

#include "relay/lanes/lane_board.hpp"

// Probes that read on from where others have been, while something keeps floors down.
namespace {

using relay::lanes::LaneBoard;
using relay::lanes::LaneProbe;
using relay::lanes::Moment;

TEST(LaneWalk, ProbesReadOnFromWhatIsSettledWhileAnOpenWriterKeepsTheFloorDown) {
  LaneBoard board{1};
  const auto reads_from = [&] { return board.begin_probe().front().floor; };
  board.set_watermark(900);
  board.found({{0, std::nullopt, reads_from()}}, 100);
  EXPECT_EQ(board.floor_of(0), 100);
  EXPECT_EQ(reads_from(), 900);
  board.found({{0, 950, 900}}, 100);
  EXPECT_EQ(board.take(1, Moment{} + std::chrono::hours{1})[0].floor, 100)
      << "a claim takes what came late as well";
  board.done(0, false);
  EXPECT_EQ(reads_from(), 900) << "an event above it changes nothing";
  board.walk_again();
  EXPECT_EQ(reads_from(), 100);
  board.found({{0, std::nullopt, 100}}, 100);
  EXPECT_EQ(reads_from(), 900);
  board.found({{0, std::nullopt, 900}}, 899);
  EXPECT_EQ(reads_from(), 900);
  board.found({{0, std::nullopt, 900}}, 900);
  EXPECT_EQ(reads_from(), 100) << "all of it is decided: the floor may rise when it is read again";
  board.found({{0, std::nullopt, 100}}, 950);
  EXPECT_EQ(board.floor_of(0), 950);
  EXPECT_EQ(reads_from(), 950);
}

TEST(LaneWalk, AProbeAheadOfOneInPartsFindsWhatIsNewAndMovesNothing) {
  LaneBoard board{1};
  board.set_watermark(900);
  LaneProbe part{0, std::nullopt};
  part.top = 300;
  board.found({part}, 100);
  EXPECT_EQ(board.begin_probe().front().floor, 300);
  EXPECT_EQ(board.begin_probe(true).front().floor, 900);
  board.found({{0, std::nullopt, 900}}, 1'000);
  EXPECT_EQ(board.floor_of(0), 100);
  EXPECT_EQ(board.begin_probe().front().floor, 300) << "between, nobody has read";
  EXPECT_FALSE(board.any_work());
  board.found({{0, 950, 900}}, 1'000);
  EXPECT_TRUE(board.any_work());
  EXPECT_EQ(board.floor_of(0), 100);
}

TEST(LaneWalk, ProbesReadOnBelowAnEventThatStaysPending) {
  LaneBoard board{1};
  board.set_watermark(900);
  board.found({{0, 800}}, 100);
  EXPECT_EQ(board.begin_probe().front().floor, 799);
  board.set_watermark(2'000);
  board.found({{0, 800, 799}}, 100);
  EXPECT_EQ(board.begin_probe().front().floor, 799);
}

TEST(LaneWalk, WhatASweepFoundWhereProbesNoLongerReadIsWork) {
  LaneBoard board{1};
  board.set_watermark(900);
  board.found({{0, std::nullopt}}, 100);
  board.swept({{0, 901}});
  EXPECT_FALSE(board.any_work()) << "the next probe tells";
  board.swept({{0, 500}});
  EXPECT_TRUE(board.any_work());
  EXPECT_EQ(board.floor_of(0), 100);
}

}  // namespace
