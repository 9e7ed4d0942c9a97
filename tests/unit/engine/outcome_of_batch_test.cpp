#include "relay/engine/outcome_of_batch.hpp"

#include <gtest/gtest.h>

#include "tests/support/named_listener.hpp"
#include "tests/unit/engine/middle.hpp"

namespace {

using projections::Fate;
using relay::engine::BatchOutcome;
using State = relay::deliveries::Delivery::State;
using tests::middle;
using tests::Named;
using namespace std::chrono_literals;

const Named board{"board"};
const Named audit{"audit"};
const relay::listeners::Duty no_duty;

BatchOutcome outcome_of(const relay::decode::DecodedBatch& batch,
                        const std::vector<relay::engine::ListenerPart>& parts,
                        const relay::listeners::Duty& duty = no_duty) {
  return relay::engine::outcome_of(batch, parts, duty, middle);
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

TEST(OutcomeOfBatch, OneFailureParksTheEventAndMakesOneRetry) {
  const auto outcome = outcome_of(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::done)}},
                                                    {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_EQ(outcome.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].listener, "audit");
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::retrying);
  EXPECT_EQ(outcome.entries.deliveries[0].attempts, 1);
  EXPECT_EQ(outcome.entries.deliveries[0].delay, 2s);
  EXPECT_TRUE(outcome.entries.deliveries[0].failed_now);
}

TEST(OutcomeOfBatch, WhatIsLeftOwesNothingYetAlsoWhenAnotherListenerFailed) {
  const auto outcome = outcome_of(batch_of({"a"}), {{&board, {0}, {fate(Fate::Kind::left)}},
                                                    {&audit, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_TRUE(outcome.left_over);
  EXPECT_TRUE(outcome.complete.empty());
  EXPECT_TRUE(outcome.park.empty());
  EXPECT_TRUE(outcome.entries.deliveries.empty())
      << "it is judged anew, with whatever it owes by then";
  EXPECT_TRUE(outcome.entries.remarks.empty());
}

TEST(OutcomeOfBatch, WhatWouldOweSomethingBehindOneOfItsKeyThatIsLeftIsLeftToo) {
  auto batch = batch_of({"a", "b", "c", "d"});
  for (const std::size_t at : {0U, 1U, 2U}) batch.events[at].event.aggregate_id = "k";
  const auto outcome = outcome_of(batch, {{&board, {0}, {fate(Fate::Kind::left)}},
                                          {&audit,
                                           {0, 1, 2, 3},
                                           {fate(Fate::Kind::done), fate(Fate::Kind::failed),
                                            fate(Fate::Kind::waiting), fate(Fate::Kind::failed)}}});
  EXPECT_TRUE(outcome.left_over);
  EXPECT_EQ(outcome.park, std::vector<std::string>{"d"}) << "of another key";
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].event_id, "d");
}

TEST(OutcomeOfBatch, AnEventForAListenerNobodyRegisteredIsParkedReady) {
  auto batch = batch_of({"a"});
  batch.events[0].listener_id = "ghost";
  const auto outcome = outcome_of(batch, {});
  EXPECT_EQ(outcome.park, (std::vector<std::string>{"a"}));
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::ready);
  EXPECT_EQ(outcome.entries.deliveries[0].listener, "ghost");
}

TEST(OutcomeOfBatch, WhatCannotBeReadIsDeadAtOnce) {
  auto batch = batch_of({"a"});
  batch.events[0].fault = "no JSON";
  const auto outcome = outcome_of(batch, {{&board, {0}, {fate(Fate::Kind::failed)}}});
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::dead);
  EXPECT_EQ(outcome.entries.deliveries[0].error_class, "payload");
  EXPECT_TRUE(outcome.promote.empty()) << "it holds its key";
}

TEST(OutcomeOfBatch, BehindADeadLetterThatIsSkippedTheKeyGoesOn) {
  projections::ProjectionOptions options{.name = "easy", .events = {"*"}};
  options.on_dead = projections::OnDead::skip;
  options.retry = {};
  const Named easy{options};
  const auto outcome = outcome_of(batch_of({"a"}), {{&easy, {0}, {fate(Fate::Kind::failed)}}});
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::dead);
  EXPECT_EQ(outcome.promote.at("easy").size(), 1U);
}

TEST(OutcomeOfBatch, WhoeverElseIsOwedAnEventGetsAReadyDelivery) {
  relay::listeners::Duty duty;
  duty.owed = {{.name = "theirs", .events = {"A*"}}, {.name = "not", .events = {"B*"}}};
  auto batch = batch_of({"a", "b"});
  batch.events[0].event.type = "Apple";
  batch.events[1].event.type = "Cherry";
  const auto outcome = outcome_of(batch, {}, duty);
  EXPECT_EQ(outcome.park, (std::vector<std::string>{"a"}));
  EXPECT_EQ(outcome.complete, (std::vector<std::string>{"b"}));
  ASSERT_EQ(outcome.entries.deliveries.size(), 1U);
  EXPECT_EQ(outcome.entries.deliveries[0].listener, "theirs");
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::ready);
}

TEST(OutcomeOfBatch, WhatAHandlerWantsLaterIsDueThenAndNotCounted) {
  const auto outcome =
      outcome_of(batch_of({"a"}), {{&board, {0}, {{.kind = Fate::Kind::later, .delay = 70ms}}}});
  EXPECT_EQ(outcome.entries.deliveries[0].state, State::retrying);
  EXPECT_EQ(outcome.entries.deliveries[0].attempts, 0);
  EXPECT_EQ(outcome.entries.deliveries[0].delay, 70ms);
  EXPECT_FALSE(outcome.entries.deliveries[0].failed_now);
}

TEST(OutcomeOfBatch, ASkipIsRemarkedAndDone) {
  const auto outcome = outcome_of(
      batch_of({"a"}), {{&board, {0}, {{.kind = Fate::Kind::done, .skipped = "not ours"}}}});
  EXPECT_EQ(outcome.complete.size(), 1U);
  ASSERT_EQ(outcome.entries.remarks.size(), 1U);
  EXPECT_EQ(outcome.entries.remarks[0].error, "not ours");
}

}  // namespace
