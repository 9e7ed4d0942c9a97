#include "relay/forward/kafka/set_size.hpp"

#include <gtest/gtest.h>

#include "relay/forward/kafka/begun.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;

constexpr SetSize::Time now{1'000h};

TEST(SetSize, IsBelowTheSmallestLimitThatIsKnown) {
  SetSize size{1'000'000};
  EXPECT_TRUE(size.wants("a", now));
  size.learn("a", 1'048'588, now);
  EXPECT_EQ(size.bytes(), 1'000'000U) << "Kafka's own default costs nothing";
  EXPECT_FALSE(size.wants("a", now + 59min));
  EXPECT_TRUE(size.wants("a", now + 1h)) << "it may have changed";
  size.learn("b", 32'000, now);
  EXPECT_EQ(size.bytes(), 31'000U);
  size.learn("hidden", std::nullopt, now);
  EXPECT_EQ(size.bytes(), 31'000U);
  size.learn("b", 64'000, now);
  EXPECT_EQ(size.bytes(), 62'000U);
}

TEST(SetSize, ShrinksByTheLimitOrStepByStepWhereASetWasRefused) {
  SetSize size{1'000'000};
  size.learn("a", std::nullopt, now);
  size.refused("a", std::nullopt, now);
  EXPECT_EQ(size.bytes(), 16'384U);
  size.refused("a", 16'000, now);
  EXPECT_EQ(size.bytes(), 15'500U);
  size.refused("a", 16'000, now);
  EXPECT_EQ(size.bytes(), 1U) << "the limit does not explain it";
  size.learn("a", std::nullopt, now + 1h);
  EXPECT_EQ(size.bytes(), 1'000'000U);
}

TEST(Begun, IsAPartitionOnceARecordOfItWasAcknowledgedForAnHour) {
  Begun begun;
  EXPECT_FALSE(begun.knows("t", now));
  EXPECT_FALSE(begun.not_yet("t", "k"));
  begun.learn("t", 2, now);
  EXPECT_TRUE(begun.knows("t", now + 59min));
  const auto partition = begun.not_yet("t", "k");
  ASSERT_TRUE(partition);
  begun.note("t", "k");
  EXPECT_FALSE(begun.not_yet("t", "k"));
  std::string other = "a";
  while (!begun.not_yet("t", other)) other += "a";
  EXPECT_EQ(begun.not_yet("t", other), 1 - *partition);
  EXPECT_FALSE(begun.everywhere("t"));
  begun.note("t", other);
  EXPECT_TRUE(begun.everywhere("t"));
  EXPECT_FALSE(begun.not_yet("t", other));
  EXPECT_FALSE(begun.knows("t", now + 1h));
  begun.learn("t", 2, now + 1h);
  EXPECT_TRUE(begun.not_yet("t", "k"));
}

}  // namespace
}  // namespace relay::forward::kafka
