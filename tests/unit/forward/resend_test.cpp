#include "relay/forward/resend.hpp"

#include <gmock/gmock.h>

#include "tests/support/fake_sink.hpp"
#include "tests/unit/forward/an_event.hpp"

namespace relay::forward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResendTo : public testing::Test {
 protected:
  ResendTo() {
    for (const char* payload : {"1", "2", "3"}) {
      events_.push_back(tests::an_event());
      events_.back().payload = payload;
    }
  }
  Resent send(const std::string& topic, const Recipe& recipe = tests::a_recipe(Format::plain)) {
    return Resend{recipe, topic, sink_}.send(events_);
  }

  std::shared_ptr<tests::FakeSink> sink_ = std::make_shared<tests::FakeSink>();
  std::vector<projections::Event> events_;
};

TEST_F(ResendTo, AnotherTopicMakesTheSameRecordsOtherwise) {
  EXPECT_THAT(send("again").faults, ElementsAre("", "", ""));
  EXPECT_THAT(sink_->values("again"), ElementsAre("1", "2", "3"));
  const Record live = record_of(tests::a_recipe(Format::plain), events_[0]);
  EXPECT_EQ(sink_->topics["again"][0].key, live.key);
  EXPECT_EQ(sink_->topics["again"][0].headers, live.headers);
  EXPECT_EQ(sink_->topics.size(), 1U);
}

TEST_F(ResendTo, AnotherTopicNeedsNoFieldsOfTheOwnOne) {
  events_[1].aggregate_type.reset();
  EXPECT_THAT(send("again").faults, ElementsAre("", "", ""));
}

TEST_F(ResendTo, WhatCannotBeSentHoldsNothingBack) {
  events_[0].payload = "";
  sink_->refused = {"2"};
  const Resent resent = send("again");
  EXPECT_THAT(resent.faults, ElementsAre(HasSubstr("empty"), "refused", ""));
  EXPECT_EQ(resent.halt, "");
  EXPECT_THAT(sink_->values("again"), ElementsAre("3"));
  sink_->largest = 0;
  EXPECT_THAT(send("again").faults, ElementsAre(HasSubstr("empty"), "too large", "too large"));
}

TEST_F(ResendTo, AnUnknownTopicHaltsAll) {
  sink_->unknown = {"again"};
  EXPECT_EQ(send("again").halt, "no topic \"again\"");
  sink_->unknown.clear();
  sink_->shut = {"again"};
  EXPECT_EQ(send("again").halt, "\"again\" is shut");
  EXPECT_THAT(sink_->values("again"), IsEmpty());
}

TEST_F(ResendTo, TheTopicThatAnEventGoesToAnywayHaltsAllBeforeAnythingIsSent) {
  events_[2].aggregate_type = "ticket";
  EXPECT_THAT(send("helpdesk.ticket").halt, HasSubstr("goes to topic \"helpdesk.ticket\" in live"));
  EXPECT_THAT(sink_->topics, IsEmpty());
}

TEST_F(ResendTo, ASinkThatIsDownSaysSo) {
  sink_->down = "nobody is there";
  EXPECT_THROW((void)send("again"), SinkDown);
}

}  // namespace
}  // namespace relay::forward
