#include "relay/lanes/reach.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace {

using namespace std::chrono_literals;
using relay::lanes::LaneBoard;
using relay::lanes::LaneTicket;
using relay::lanes::Reach;

constexpr auto to_the_end = std::numeric_limits<std::int64_t>::max();

TEST(Reach, ReadsToTheEndWhereLittleIsLeftAndAPieceWhereMuchIs) {
  const Reach reach;
  std::vector<LaneTicket> near{{0, 999'990}, {1, 950'000}};
  EXPECT_FALSE(reach.limit(near, 1'000'000));
  EXPECT_EQ(near[0].top, to_the_end) << "numbers given by hand may be higher than the last";
  std::vector<LaneTicket> far{{0, 0}, {1, 999'990}, {2, std::numeric_limits<std::int64_t>::min()}};
  EXPECT_TRUE(reach.limit(far, 1'000'000));
  EXPECT_EQ(far[0].top, 100'000);
  EXPECT_EQ(far[1].top, to_the_end);
  EXPECT_EQ(far[2].top, 100'000);
}

TEST(Reach, ReadsLessWhenCutOffAndMoreWhenQuick) {
  Reach reach;
  const auto width = [&] {
    std::vector<LaneTicket> tickets{{0, 0}};
    reach.limit(tickets, std::int64_t{1} << 50);
    return tickets[0].top;
  };
  EXPECT_EQ(width(), 100'000);
  EXPECT_TRUE(reach.cut_off());
  EXPECT_EQ(width(), 12'500);
  EXPECT_EQ(reach.patience(), 2s);
  EXPECT_TRUE(reach.cut_off());
  EXPECT_FALSE(reach.cut_off()) << "not the length of the piece: somebody must be told";
  EXPECT_EQ(width(), 1'000);
  EXPECT_EQ(reach.patience(), 10s) << "less cannot be read";
  EXPECT_TRUE(reach.cut_off()) << "counted anew";
  reach.came_through(20ms, true);
  EXPECT_EQ(width(), 2'000);
  reach.came_through(20ms, false);
  EXPECT_EQ(width(), 2'000) << "it was not its length";
  reach.came_through(200ms, true);
  EXPECT_EQ(width(), 2'000);
  reach.came_through(900ms, true);
  EXPECT_EQ(width(), 1'000);
}

// A lane with so many dead entries that only a hundredth of them can be walked in the time.
TEST(Reach, ComesToTheEndOfALaneOfWhichNoSingleLookCouldReadAll) {
  constexpr std::int64_t last = 5'000'000;
  constexpr std::int64_t at_once = 50'000;
  Reach reach;
  LaneBoard board{1};
  int looks = 0;
  for (; board.floors_to_keep()[0] < last && looks < 2'000; ++looks) {
    std::vector<LaneTicket> where = board.begin_probe();
    reach.limit(where, last);
    if (std::min(where[0].top, last) - where[0].floor > at_once) {
      reach.cut_off();
      continue;
    }
    reach.came_through(150ms, true);
    board.found({{0, std::nullopt, where[0].floor, where[0].top}}, last);
  }
  EXPECT_EQ(board.floors_to_keep()[0], last) << "after " << looks << " looks";
}

// Whatever is decided, and whenever: a lane that is read in parts hides nothing that appears in a
// part that was read before. A transaction that is open now may show a seq above what is decided.
TEST(Reach, HidesNothingThatAppearsInAPartThatWasReadBefore) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 random{seed};
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
    };
    LaneBoard board{1};
    std::int64_t last = 20;
    std::int64_t decided = below(21);
    std::vector<std::int64_t> pending;
    for (int step = 0; step < 40; ++step) {
      const std::vector<LaneTicket> where = board.begin_probe();
      const std::int64_t from = where[0].floor;
      const std::int64_t top = below(3) == 0 ? to_the_end : from + 1 + below(6);
      std::optional<std::int64_t> lowest;
      for (const std::int64_t seq : pending) {
        if (seq > from && seq <= top && (!lowest || seq < *lowest)) lowest = seq;
      }
      board.found({{0, lowest, from, top}}, decided);
      if (below(2) == 0 && decided < last) pending.push_back(decided + 1 + below(last - decided));
      for (const std::int64_t seq : pending) {
        ASSERT_GT(seq, board.floors_to_keep()[0]) << "seed " << seed;
      }
      if (below(3) == 0) last += below(10);
      if (below(2) == 0) decided += below(last - decided + 1);
      if (lowest && below(2) == 0) std::erase(pending, *lowest);  // completed
    }
  }
}

}  // namespace
