#include "relay/flow/outage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/base/clock_time.hpp"

namespace relay::flow {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;
using testing::EndsWith;

const Breaker::Time began = Breaker::Time::clock::now();

Breaker::View open(const std::string& why, std::chrono::seconds retry) {
  return {State::open, why, began, began + retry, 0};
}

TEST(Outage, IsTold) {
  EXPECT_EQ(outage_sentence("the database", open("connection refused", 3s)),
            "the database cannot be used since " + clock_time(began) +
                ": connection refused; next try at " + clock_time(began + 3s) + " UTC");
  EXPECT_THAT(outage_sentence("it", {State::half_open, "gone", began, std::nullopt, 1}),
              EndsWith(": gone; next try now"));
}

TEST(Outage, IsNotToldWhileAllIsWellOrNothingIsKnown) {
  EXPECT_EQ(outage_sentence("it", {State::closed, "gone", began, std::nullopt, 1}), "");
  EXPECT_EQ(outage_sentence("it", {State::half_open, "", began, std::nullopt, 1}), "");
}

TEST(Outage, IsTheSameUntilItsReasonChanges) {
  const std::string sentence = outage_sentence("it", open("gone; for good", 3s));
  EXPECT_TRUE(is_same_outage(sentence, outage_sentence("it", open("gone; for good", 60s))));
  EXPECT_FALSE(is_same_outage(sentence, outage_sentence("it", open("gone; for now", 3s))));
  EXPECT_FALSE(is_same_outage(sentence, outage_sentence("he", open("gone; for good", 3s))));
  EXPECT_FALSE(is_same_outage("a does not exist", "a does not exist; so do 1 more topics"));
  EXPECT_FALSE(is_same_outage("", sentence));
}

}  // namespace
}  // namespace relay::flow
