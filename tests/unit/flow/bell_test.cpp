#include "relay/flow/bell.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using relay::flow::Bell;

TEST(Bell, TellsWhoeverAnswersAndCountsItsRings) {
  Bell bell;
  bell.ring();  // nobody answers yet
  std::vector<Bell::Who> called;
  bell.answer([&](Bell::Who who) {
    EXPECT_EQ(bell.rings(), called.size() + 2) << "counted before anybody is called";
    called.push_back(who);
  });
  bell.ring();
  bell.ring_for_all();
  EXPECT_EQ(called, (std::vector{Bell::Who::one, Bell::Who::all}));
}

}  // namespace
