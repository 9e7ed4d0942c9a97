#include "relay/forward/forward.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_sink.hpp"

namespace {

using projections::Event;
using projections::EventTemplate;
using projections::Fate;
using projections::HeldKeys;
using projections::OnDead;
using projections::Order;
using relay::forward::Forward;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Fate::Kind;

relay::forward::Recipe recipe(const std::string& topic = "t.${aggregate_type}") {
  return {.topic = EventTemplate(topic, "topic"),
          .key = EventTemplate("${aggregate_id}", "key"),
          .source = EventTemplate("/test", "source")};
}

/// A batch of events of keys "a", "b", …, with what they hold.
class ForwardBatch : public testing::Test {
 public:
  ForwardBatch& add(const std::string& key, const std::string& payload,
                    const std::string& type = "thing") {
    texts_.insert(texts_.end(), {key, payload, type, "id" + std::to_string(events_.size())});
    Event event;
    event.seq = static_cast<std::int64_t>(events_.size()) + 1;
    event.aggregate_id = texts_[texts_.size() - 4];
    event.payload = texts_[texts_.size() - 3];
    event.aggregate_type = texts_[texts_.size() - 2];
    event.id = texts_.back();
    event.type = "Happened";
    events_.push_back(event);
    return *this;
  }
  std::vector<Kind> send(OnDead on_dead = OnDead::block, Order order = Order::by_key) {
    fates = Forward{on_dead, recipe(), sink}.send(projections::Batch{events_}, held, order);
    std::vector<Kind> kinds;
    for (const Fate& fate : fates) kinds.push_back(fate.kind);
    return kinds;
  }
  static std::string key(const std::string& id) { return "thing\x1f" + id; }

  std::shared_ptr<tests::FakeSink> sink = std::make_shared<tests::FakeSink>();
  HeldKeys held;
  std::vector<Fate> fates;

 private:
  std::deque<std::string> texts_;
  std::vector<Event> events_;
};

TEST_F(ForwardBatch, GoesOutInItsOrder) {
  add("a", "1").add("b", "2").add("a", "3");
  EXPECT_THAT(send(), ElementsAre(Kind::done, Kind::done, Kind::done));
  EXPECT_THAT(sink->values("t.thing"), ElementsAre("1", "2", "3"));
  EXPECT_TRUE(fates[0].fresh);
  EXPECT_TRUE(held.empty());
}

TEST_F(ForwardBatch, PassesOverKeysThatWait) {
  held.hold(key("a"), 0);
  add("a", "1").add("b", "2");
  EXPECT_THAT(send(), ElementsAre(Kind::waiting, Kind::done));
  EXPECT_THAT(sink->values("t.thing"), ElementsAre("2"));
}

TEST_F(ForwardBatch, SendsWhatComesLateBeforeTheOpenOneOfItsKey) {
  held.hold(key("a"), 2);
  add("a", "1").add("b", "2").add("a", "3");
  EXPECT_THAT(send(), ElementsAre(Kind::done, Kind::done, Kind::waiting));
  EXPECT_THAT(sink->values("t.thing"), ElementsAre("1", "2"));
}

TEST_F(ForwardBatch, HoldsTheKeyOfWhatIsTooLargeWhereTheForwardBlocks) {
  sink->largest = 3;
  add("a", "1").add("a", "12345").add("a", "3").add("b", "4");
  EXPECT_THAT(send(), ElementsAre(Kind::done, Kind::failed, Kind::waiting, Kind::done));
  EXPECT_EQ(fates[1].failure.kind, projections::FailureKind::refused);
  EXPECT_THAT(sink->values("t.thing"), ElementsAre("1", "4"));
}

TEST_F(ForwardBatch, GoesOnBehindWhatIsTooLargeWhereTheForwardSkips) {
  sink->largest = 3;
  add("a", "12345").add("a", "3");
  EXPECT_THAT(send(OnDead::skip), ElementsAre(Kind::failed, Kind::done));
  EXPECT_TRUE(held.empty());
}

TEST_F(ForwardBatch, RefusesWhatNoTopicComesOf) {
  add("a", "1", "in valid").add("b", "2");
  EXPECT_THAT(send(), ElementsAre(Kind::failed, Kind::done));
  EXPECT_THAT(fates[0].failure.message, HasSubstr("in valid"));
}

TEST_F(ForwardBatch, KeepsWhatWasUnderWayBehindARecordThatTheBrokerRefused) {
  sink->refused = {"1"};
  add("a", "1").add("a", "2");
  EXPECT_THAT(send(), ElementsAre(Kind::failed, Kind::done));
  EXPECT_EQ(fates[0].failure.kind, projections::FailureKind::refused);
  EXPECT_THAT(sink->values("t.thing"), ElementsAre("2"));
}

TEST_F(ForwardBatch, OfAShutTopicComesAgainLaterInOrderAndOtherTopicsGoOn) {
  sink->shut = {"t.thing"};
  add("a", "1").add("a", "2").add("b", "3").add("c", "4", "other");
  EXPECT_THAT(send(), ElementsAre(Kind::later, Kind::waiting, Kind::later, Kind::done));
  EXPECT_THAT(fates[0].failure.message, HasSubstr("is shut"));
  EXPECT_EQ(fates[0].delay.count(), 1'000);
}

TEST_F(ForwardBatch, OfATopicThatTurnsOutToBeUnknownComesAgainLaterInOrder) {
  sink->unknown = {"t.thing"};
  add("a", "1").add("a", "2").add("c", "4", "other");
  EXPECT_THAT(send(), ElementsAre(Kind::later, Kind::waiting, Kind::done));
}

TEST_F(ForwardBatch, WithoutOrderHoldsNobody) {
  sink->unknown = {"t.thing"};
  add("a", "1").add("a", "2");
  EXPECT_THAT(send(OnDead::block, Order::none), ElementsAre(Kind::later, Kind::later));
  EXPECT_TRUE(held.empty());
}

TEST_F(ForwardBatch, IsUnknownAsAWholeWhenTheBrokerIsDown) {
  sink->down = "it is down";
  add("a", "1");
  EXPECT_THROW(send(), relay::forward::SinkDown);
}

}  // namespace
