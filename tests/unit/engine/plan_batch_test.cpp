#include "relay/engine/plan_batch.hpp"

#include <gtest/gtest.h>

#include "tests/support/named_listener.hpp"
#include "tests/unit/engine/middle.hpp"

namespace {

using projections::Fate;
using relay::engine::BatchPlan;
using State = relay::deliveries::Delivery::State;
using tests::middle;
using tests::Named;
using namespace std::chrono_literals;

const Named board{"board"};
const Named audit{"audit"};
const relay::listeners::Assignment nothing_assigned;

BatchPlan plan_batch(const relay::decode::DecodedBatch& batch,
                     const std::vector<relay::engine::ListenerPart>& parts,
                     const relay::listeners::Assignment& assignment = nothing_assigned) {
  return relay::engine::plan_batch(batch, parts, assignment, middle);
}

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

TEST(PlanBatch, AnEventIsCompleteWhenEveryListenerIsDone) {
  const auto plan = plan_batch(batch_of({"a", "b"}),
                               {{&board, {0, 1}, {fate(Fate::Kind::done), fate(Fate::Kind::done)}},
                                {&audit, {1}, {fate(Fate::Kind::done)}}});
  EXPECT_EQ(plan.end.complete, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(plan.end.park.empty());
}

TEST(PlanBatch, AnEventNobodyListensToIsComplete) {
  EXPECT_EQ(plan_batch(batch_of({"a"}), {}).end.complete, (std::vector<std::string>{"a"}));
}

TEST(PlanBatch, OneFailureParksTheEventAndMakesOneRetry) {
  const auto plan = plan_batch(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::done)}},
                                                 {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_EQ(plan.end.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(plan.end.entries.deliveries.size(), 1U);
  EXPECT_EQ(plan.end.entries.deliveries[0].listener, "audit");
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::retrying);
  EXPECT_EQ(plan.end.entries.deliveries[0].attempts, 1);
  EXPECT_EQ(plan.end.entries.deliveries[0].delay, 2s);
  EXPECT_TRUE(plan.end.entries.deliveries[0].failed_now);
}

TEST(PlanBatch, WhatIsLeftOwesNothingYetAlsoWhenAnotherListenerFailed) {
  const auto plan = plan_batch(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::not_reached)}},
                                                 {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_TRUE(plan.left_over);
  EXPECT_TRUE(plan.end.complete.empty());
  EXPECT_TRUE(plan.end.park.empty());
  EXPECT_TRUE(plan.end.entries.deliveries.empty())
      << "it is judged anew, with whatever it owes by then";
  EXPECT_TRUE(plan.end.entries.remarks.empty());
}

TEST(PlanBatch, WhatWouldOweSomethingBehindOneOfItsKeyThatIsLeftIsLeftToo) {
  auto batch = batch_of({"a", "b", "c", "d"});
  for (const std::size_t at : {0U, 1U, 2U}) batch.events[at].event.aggregate_id = "k";
  const auto plan = plan_batch(batch, {{&board, {0}, {fate(Fate::Kind::not_reached)}},
                                       {&audit,
                                        {0, 1, 2, 3},
                                        {fate(Fate::Kind::done), fate(Fate::Kind::failed),
                                         fate(Fate::Kind::waiting), fate(Fate::Kind::failed)}}});
  EXPECT_TRUE(plan.left_over);
  EXPECT_EQ(plan.end.park, std::vector<std::string>{"d"}) << "of another key";
  ASSERT_EQ(plan.end.entries.deliveries.size(), 1U);
  EXPECT_EQ(plan.end.entries.deliveries[0].event_id, "d");
}

TEST(PlanBatch, AnEventForAListenerNobodyRegisteredIsParkedReady) {
  auto batch = batch_of({"a"});
  batch.events[0].listener_id = "ghost";
  const auto plan = plan_batch(batch, {});
  EXPECT_EQ(plan.end.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(plan.end.entries.deliveries.size(), 1U);
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::ready);
  EXPECT_EQ(plan.end.entries.deliveries[0].listener, "ghost");
}

TEST(PlanBatch, WhatCannotBeReadIsDeadAtOnce) {
  auto batch = batch_of({"a"});
  batch.events[0].fault = "no JSON";
  const auto plan = plan_batch(batch, {{&board, {0}, {fate(Fate::Kind::failed)}}});
  ASSERT_EQ(plan.end.entries.deliveries.size(), 1U);
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::dead);
  EXPECT_EQ(plan.end.entries.deliveries[0].error_class, "payload");
  EXPECT_TRUE(plan.end.promote.empty()) << "it holds its key";
}

TEST(PlanBatch, BehindADeadLetterThatIsSkippedTheKeyGoesOn) {
  projections::ProjectionOptions options{.name = "easy", .events = {"*"}};
  options.on_dead = projections::OnDead::skip;
  options.retry = {};
  const Named easy{options};
  const auto plan = plan_batch(batch_of({"a"}), {{&easy, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::dead);
  EXPECT_EQ(plan.end.promote.at("easy").size(), 1U);
}

TEST(PlanBatch, WhoeverElseIsOwedAnEventGetsAReadyDelivery) {
  relay::listeners::Assignment assignment;
  assignment.owed = {{.name = "theirs", .events = {"A*"}}, {.name = "not", .events = {"B*"}}};
  auto batch = batch_of({"a", "b"});
  batch.events[0].event.type = "Apple";
  batch.events[1].event.type = "Cherry";
  const auto plan = plan_batch(batch, {}, assignment);
  EXPECT_EQ(plan.end.park, (std::vector<std::string>{"a"}));
  EXPECT_EQ(plan.end.complete, (std::vector<std::string>{"b"}));
  ASSERT_EQ(plan.end.entries.deliveries.size(), 1U);
  EXPECT_EQ(plan.end.entries.deliveries[0].listener, "theirs");
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::ready);
}

TEST(PlanBatch, WhatAHandlerWantsLaterIsDueThenAndNotCounted) {
  const auto plan =
      plan_batch(batch_of({"a"}), {{&board, {0}, {{.kind = Fate::Kind::later, .delay = 70ms}}}});
  EXPECT_EQ(plan.end.entries.deliveries[0].state, State::retrying);
  EXPECT_EQ(plan.end.entries.deliveries[0].attempts, 0);
  EXPECT_EQ(plan.end.entries.deliveries[0].delay, 70ms);
  EXPECT_FALSE(plan.end.entries.deliveries[0].failed_now);
}

TEST(PlanBatch, ASkipIsRemarkedAndDone) {
  const auto plan = plan_batch(
      batch_of({"a"}), {{&board, {0}, {{.kind = Fate::Kind::done, .skipped = "not ours"}}}});
  EXPECT_EQ(plan.end.complete.size(), 1U);
  ASSERT_EQ(plan.end.entries.remarks.size(), 1U);
  EXPECT_EQ(plan.end.entries.remarks[0].error, "not ours");
}

}  // namespace
