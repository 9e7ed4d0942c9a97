#include "relay/lanes/taken_lanes.hpp"

#include <gtest/gtest.h>

namespace {

using relay::lanes::LaneBoard;
using relay::lanes::Moment;
using relay::lanes::TakenLanes;

const Moment any_time = Moment{} + std::chrono::hours{1};

TEST(TakenLanes, OneThatNobodyTriedIsNotTakenForOneThatHoldsMany) {
  LaneBoard board{8};
  board.found({{1, 100}, {3, 100}}, 0);
  { const TakenLanes taken{board, 4, any_time, 0}; }
  EXPECT_EQ(board.waiting(any_time), 2);
  EXPECT_FALSE(board.deep_waiting(any_time));
}

TEST(TakenLanes, OneThatHoldsManyIsGivenBackAsOne) {
  LaneBoard board{8};
  board.found({{1, 100}, {3, 100}}, 0);
  {
    TakenLanes taken{board, 1, any_time, 0};
    taken.done(1, true);
  }
  { const TakenLanes untried{board, 4, any_time, 0}; }
  EXPECT_EQ(board.waiting(any_time), 2);
  EXPECT_TRUE(board.deep_waiting(any_time));
}

}  // namespace
