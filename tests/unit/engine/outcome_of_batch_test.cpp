#include "relay/engine/outcome_of_batch.hpp"

#include <gtest/gtest.h>

namespace {

using projections::Fate;
using relay::engine::outcome_of;

/// A listener that is only a name; nothing here calls it.
class Named final : public relay::listeners::Listener {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  const std::string& kind() const override { return name_; }
  const std::vector<std::string>& patterns() const override { return none_; }
  bool wants(std::string_view, std::optional<std::string_view>) const override { return true; }
  std::vector<Fate> apply(const projections::Batch&, projections::HeldKeys&,
                          projections::SavepointBudget&, projections::Tx&, std::stop_token,
                          projections::Order) override {
    return {};
  }

 private:
  std::string name_;
  std::vector<std::string> none_;
};

const Named board{"board"};
const Named audit{"audit"};

relay::decode::DecodedBatch batch_of(std::initializer_list<const char*> ids) {
  relay::decode::DecodedBatch batch;
  for (const char* id : ids) {
    relay::decode::DecodedEvent decoded;
    decoded.event.id = id;
    batch.events.push_back(decoded);
  }
  return batch;
}

Fate fate(Fate::Kind kind) {
  return {.kind = kind};
}

TEST(OutcomeOfBatch, AnEventIsCompleteWhenEveryListenerIsDone) {
  const auto outcome = outcome_of(
      batch_of({"a", "b"}), {{&board, {0, 1}, {fate(Fate::Kind::done), fate(Fate::Kind::done)}},
                             {&audit, {1}, {fate(Fate::Kind::done)}}});
  EXPECT_EQ(outcome.complete, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(outcome.park.empty());
}

TEST(OutcomeOfBatch, AnEventNobodyListensToIsComplete) {
  EXPECT_EQ(outcome_of(batch_of({"a"}), {}).complete, (std::vector<std::string>{"a"}));
}

TEST(OutcomeOfBatch, OneFailureParksTheEventAndMakesOneDeadLetter) {
  const auto outcome = outcome_of(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::done)}},
                                                    {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_EQ(outcome.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].listener, "audit");
  EXPECT_EQ(outcome.entries.deliveries[0].state, "dead");
}

TEST(OutcomeOfBatch, WhatIsLeftStaysPendingAlsoWhenAnotherListenerFailed) {
  const auto outcome = outcome_of(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::left)}},
                                                    {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_TRUE(outcome.left_over);
  EXPECT_TRUE(outcome.complete.empty());
  EXPECT_TRUE(outcome.park.empty());
  EXPECT_EQ(outcome.entries.deliveries.size(), 1U);
}

TEST(OutcomeOfBatch, AnEventForAListenerNobodyRegisteredIsParkedReady) {
  auto batch = batch_of({"a"});
  batch.events[0].listener_id = "ghost";
  const auto outcome = outcome_of(batch, {});
  EXPECT_EQ(outcome.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].state, "ready");
  EXPECT_EQ(outcome.entries.deliveries[0].listener, "ghost");
}

TEST(OutcomeOfBatch, ASkipIsRemarkedAndDone) {
  const auto outcome = outcome_of(
      batch_of({"a"}), {{&board, {0}, {{.kind = Fate::Kind::done, .skipped = "not ours"}}}});
  EXPECT_EQ(outcome.complete.size(), 1U);
  ASSERT_EQ(outcome.entries.remarks.size(), 1U);
  EXPECT_EQ(outcome.entries.remarks[0].error, "not ours");
}

}  // namespace
