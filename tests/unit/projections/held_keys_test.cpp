#include "projections/held_keys.hpp"

#include <gtest/gtest.h>

namespace projections {
namespace {

TEST(HeldKeys, HoldWhatComesAfterTheLowestOpenEventOfAKeyAndNothingElse) {
  HeldKeys held;
  EXPECT_TRUE(held.empty());
  EXPECT_FALSE(held.holds("a", 1));
  held.hold("a", 5);
  held.hold("a", 3);
  held.hold("a", 9);
  EXPECT_TRUE(held.holds("a", 4));
  EXPECT_TRUE(held.holds("a", 9));
  EXPECT_FALSE(held.holds("a", 3)) << "the open event itself";
  EXPECT_FALSE(held.holds("a", 2)) << "one that comes late";
  EXPECT_FALSE(held.holds("b", 4));
  EXPECT_FALSE(held.empty());
}

TEST(HeldKeys, AreMergedByTheLowestOfBoth) {
  HeldKeys held;
  held.hold("a", 5);
  HeldKeys others;
  others.hold("a", 2);
  others.hold("b", 7);
  held.merge(others);
  HeldKeys both;
  both.hold("a", 2);
  both.hold("b", 7);
  EXPECT_EQ(held, both);
}

}  // namespace
}  // namespace projections
