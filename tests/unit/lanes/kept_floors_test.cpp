#include "relay/lanes/kept_floors.hpp"

#include <gtest/gtest.h>

#include <random>

#include "relay/lanes/lane_board.hpp"

namespace {

using relay::lanes::floors_that_hold;
using relay::lanes::KeptFloors;
using relay::lanes::LaneBoard;
using Floors = std::vector<std::int64_t>;

const KeptFloors kept{"7 00000001 base/5/9", 100, {90, 80}};

TEST(KeptFloors, HoldOnTheSameServerInTheSameTimelineAndForTheSameSequence) {
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/5/9", 100, 2), (Floors{90, 80}));
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/5/9", 5'000, 2), (Floors{90, 80}));
  EXPECT_EQ(floors_that_hold(kept, "8 00000001 base/5/9", 100, 2), Floors{})
      << "restored from a dump";
  EXPECT_EQ(floors_that_hold(kept, "7 00000002 base/5/9", 100, 2), Floors{}) << "failed over";
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/6/9", 100, 2), Floors{}) << "a copied database";
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/5/10", 100, 2), Floors{}) << "begun anew";
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/5/9", 99, 2), Floors{}) << "set back";
  EXPECT_EQ(floors_that_hold(kept, "7 00000001 base/5/9", 100, 3), Floors{}) << "of other lanes";
  EXPECT_EQ(floors_that_hold({}, "", 0, 2), Floors{}) << "none are kept";
}

TEST(LaneBoard, StartsFromFloorsThatAreKeptAndRaisesThemByWhatIsDecidedHere) {
  LaneBoard board{2};
  board.forget_floors();
  board.start_from({90, 80});
  EXPECT_EQ(board.floors_to_keep(), (Floors{90, 80}));
  EXPECT_EQ(board.floor_of(1), 80);
  board.found({{0, 95}, {1, std::nullopt}}, 0);
  EXPECT_EQ(board.floors_to_keep(), (Floors{90, 80})) << "nothing is decided yet";
  (void)board.begin_probe();
  board.found({{0, 95}, {1, std::nullopt}}, 100);
  EXPECT_EQ(board.floors_to_keep(), (Floors{94, 100}));
  board.start_from({});
  EXPECT_EQ(board.floors_to_keep(), (Floors{94, 100}));
}

TEST(LaneBoard, KeepsNoFloorAboveWhatItSteppedOver) {
  LaneBoard board{1};
  (void)board.begin_probe();
  board.found({{0, 50}}, 100);
  (void)board.take(1, {});
  ASSERT_TRUE(board.step_over(0, 50));
  board.done(0, true);
  board.found({{0, 60}}, 100);
  EXPECT_EQ(board.floor_of(0), 59);
  EXPECT_EQ(board.floors_to_keep(), (Floors{49})) << "it is pending still, and another may try it";
  board.swept({{0, 50}});
  EXPECT_EQ(board.floors_to_keep(), (Floors{49}));
  board.found({{0, 60}}, 100);
  EXPECT_EQ(board.floors_to_keep(), (Floors{59})) << "it has passed since";
}

TEST(LaneBoard, OfDeliveriesFollowsWhatLooksInPiecesSee) {
  LaneBoard board{2};
  board.looked({{0, std::nullopt, 0, 100}, {1, 70, 0, 100}});
  EXPECT_EQ(board.floors_to_keep(), (Floors{0, 0})) << "any of it may have been drawn just now";
  EXPECT_EQ(board.take(2, {}).size(), 1U) << "there is work where some was seen";
  EXPECT_EQ(board.unmarked()[0].floor, 100) << "the next piece";
  board.looked({{0, std::nullopt, 100}});
  EXPECT_EQ(board.unmarked()[0].floor, 0) << "and round again: something may have appeared";
  board.set_watermark(90);
  board.looked({{0, std::nullopt, 0, 100}, {1, 70, 0, 100}});
  EXPECT_EQ(board.floors_to_keep(), (Floors{90, 69}));
  board.set_watermark(130);
  board.looked({{0, std::nullopt, 90}});
  EXPECT_EQ(board.floor_of(0), 130) << "everything that was drawn long ago has been seen";
}

TEST(LaneBoard, OfDeliveriesKeepsItsFloorBelowWhatMayNotBeCommittedYet) {
  LaneBoard board{1};
  board.set_watermark(5);
  board.looked({{0, 11}});
  (void)board.take(1, {});
  board.read_up_to(0, 11);
  board.done(0, false);
  EXPECT_EQ(board.floor_of(0), 5) << "10 was drawn before 11 and is committed after it";
}

/// A server whose log may lose its end: a crash, or a standby that had not received it.
struct Server {
  int id = 0;
  int timeline = 1;
  int file = 1;
  std::int64_t last_seq = 0;
  std::vector<std::int64_t> pending;
  KeptFloors kept;
  [[nodiscard]] std::string name() const {
    return std::to_string(id) + " " + std::to_string(timeline) + " " + std::to_string(file);
  }
};

// Whatever becomes of the server between two looks at it, a floor that a relay starts from hides
// nothing: one lane, everything below the floor complete at the moment it is kept.
TEST(KeptFloors, HideNothingAfterStartsCrashesFailoversCopiesAndResets) {
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 random{seed};
    const auto percent = [&](unsigned p) { return random() % 100 < p; };
    Server now;
    Server standby = now;
    int next_id = 1;
    for (int step = 0; step < 60; ++step) {
      if (percent(40)) now.pending.push_back(++now.last_seq);
      if (percent(40) && !now.pending.empty()) now.pending.erase(now.pending.begin());
      if (percent(30)) {  // the relay keeps what it knows: what precedes it in the log is kept too
        const std::int64_t floor = now.pending.empty() ? now.last_seq : now.pending.front() - 1;
        now.kept = {now.name(), now.last_seq, {floor}};
      }
      if (percent(20)) standby = now;  // all of it, in the log's order
      switch (random() % 30) {
        case 0:  // promoted without the end of the log, or with it
          now = standby;
          ++now.timeline;
          break;
        case 1:  // restored elsewhere from a dump, and the sequence set to anything below
          now.id = next_id++;
          now.last_seq = now.last_seq / 2;
          now.pending.clear();
          break;
        case 2:  // TRUNCATE … RESTART IDENTITY, and filled again
          ++now.file;
          now.last_seq = random() % 20;
          now.pending = {now.last_seq + 1};
          ++now.last_seq;
          break;
        case 3:  // setval, seen before it is filled again
          if (now.kept.last == 0) break;
          now.last_seq = now.kept.last - 1;
          now.pending = {now.last_seq};
          break;
        default: continue;
      }
      // A relay starts: what holds is a floor, and below it nothing is pending.
      const auto floors = floors_that_hold(now.kept, now.name(), now.last_seq, 1);
      if (floors.empty()) {
        now.kept = {};
        continue;
      }
      for (const std::int64_t seq : now.pending) ASSERT_GT(seq, floors[0]) << "seed " << seed;
    }
  }
}

}  // namespace
