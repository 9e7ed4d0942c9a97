#include "relay/runtime/room.hpp"

#include <gtest/gtest.h>

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

/// What a server gives of sessions, with a clock and a chance of the test's own.
class RoomOfAServer : public testing::Test {
 protected:
  /// A session is asked for. @return whether it was given, or nothing: it may not even be tried.
  std::optional<bool> ask(int limit) {
    const bool tries = room_.full(now_);
    if (tries && !room_.may_try(now_)) return std::nullopt;
    if (tries) room_.tries(now_, chance_);
    room_.take();
    if (++open_ <= limit) {
      if (tries) room_.given(now_);
      return true;
    }
    --open_;
    room_.free();
    room_.refused(now_, tries, why_, chance_);
    return false;
  }
  /// How often it asks in that time, a hundred times a second. @return tries that were refused.
  int refused_in(std::chrono::seconds time, int limit) {
    int refused = 0;
    for (const Room::Moment end = now_ + time; now_ < end; now_ += 10ms) {
      refused += ask(limit) == false ? 1 : 0;
    }
    return refused;
  }

  Room room_;
  Room::Moment now_{1h};
  int open_ = 0;
  double lot_ = 0;
  const Chance chance_ = [this] { return lot_; };
  const flow::Refusal why_{flow::Refusal::Whose::role, "too many"};
};

TEST_F(RoomOfAServer, IsNeverFullBeforeASessionWasRefused) {
  for (int n = 0; n < 100; ++n) EXPECT_EQ(ask(100), true);
  EXPECT_FALSE(room_.full(now_));
}

TEST_F(RoomOfAServer, HoldsAsManyAsWereGivenAndTriesOneMoreLessAndLessOften) {
  EXPECT_EQ(ask(1), true);
  EXPECT_EQ(ask(1), false);
  EXPECT_EQ(ask(1), std::nullopt) << "at once";
  now_ += Room::pause_least;
  EXPECT_EQ(ask(1), false);
  EXPECT_LE(refused_in(10s, 1), 10) << "while it doubles";
  EXPECT_LE(refused_in(60s, 1), 24) << "half of five seconds each at least";
  lot_ = 0.999;
  EXPECT_LE(refused_in(60s, 1), 12) << "five seconds each";
}

TEST_F(RoomOfAServer, OfManyThatAreAskedForAtOnceThoseAreLeftThatWereGiven) {
  for (int n = 0; n < 5; ++n) room_.take();  // on their way
  for (int n = 0; n < 3; ++n) {
    room_.free();
    room_.refused(now_, false, why_, chance_);
  }
  EXPECT_TRUE(room_.full(now_));
  room_.free();
  EXPECT_FALSE(room_.full(now_)) << "one of the two is closed";
}

TEST_F(RoomOfAServer, GrowsOnceTheServerGivesMore) {
  EXPECT_EQ(ask(1), true);
  (void)refused_in(30s, 1);
  (void)refused_in(6s, 4);  // five seconds until the first of them
  EXPECT_EQ(open_, 4);
}

TEST_F(RoomOfAServer, ForgetsARefusalAfterAMinuteWithoutAnother) {
  EXPECT_EQ(ask(0), false);
  EXPECT_TRUE(room_.is_short(now_));
  now_ += Room::remembered;
  EXPECT_FALSE(room_.is_short(now_));
  EXPECT_FALSE(room_.full(now_));
}

TEST_F(RoomOfAServer, IsCrowdedWhereNotEveryDatabaseCanHaveOne) {
  room_.joins();
  EXPECT_EQ(ask(1), true);
  EXPECT_EQ(ask(1), false);
  EXPECT_FALSE(room_.is_crowded(now_));
  room_.joins();
  EXPECT_TRUE(room_.is_crowded(now_));
}

}  // namespace
}  // namespace relay::runtime
