#include "relay/base/some_of.hpp"

#include <gtest/gtest.h>

namespace relay {
namespace {

TEST(SomeNames, AreAllAsLongAsTheyAreFewAndElseSayHowManyMoreThereAre) {
  EXPECT_EQ(some_of({}), "");
  EXPECT_EQ(some_of({"a"}), "a");
  EXPECT_EQ(some_of({"a", "b"}, 2), "a, b");
  EXPECT_EQ(some_of({"a", "b", "c", "d"}, 2), "a, b and 2 more");
}

TEST(ANumberOfThings, HasAPluralUnlessItIsOne) {
  EXPECT_EQ(counted(0, "row"), "0 rows");
  EXPECT_EQ(counted(1, "row"), "1 row");
  EXPECT_EQ(counted(12, "row"), "12 rows");
}

}  // namespace
}  // namespace relay
