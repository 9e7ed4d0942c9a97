#include "relay/engine/plan_deliveries.hpp"

#include <gtest/gtest.h>

#include "tests/support/named_listener.hpp"
#include "tests/unit/engine/middle.hpp"

namespace {

using namespace relay::engine;
using namespace std::chrono_literals;
using projections::Fate;
using relay::deliveries::LaneKey;
using tests::middle;
using State = relay::deliveries::Delivery::State;

/// Deliveries of one listener, as a claim and its batch.
class Taken {
 public:
  Taken() { claim.any_waiting = true; }
  void add(const char* id, const char* key, std::int64_t seq,
           std::optional<std::int64_t> before = {}, int attempts = 0) {
    relay::decode::DecodedEvent decoded;
    decoded.event.id = id;
    decoded.event.aggregate_id = key;
    decoded.event.seq = seq;
    batch.events.push_back(decoded);
    claim.taken[id] = {
        .attempts = attempts, .place = seq, .key = decoded.event.key(), .before_seq = before};
  }
  BatchPlan plan(std::vector<Fate> fates, const tests::Named& listener = plain()) const {
    ListenerPart part{&listener, {}, std::move(fates)};
    for (std::size_t i = 0; i < batch.events.size(); ++i) part.events.push_back(i);
    return plan_deliveries(batch, part, claim, middle);
  }
  static const tests::Named& plain() {
    static const tests::Named listener{"board"};
    return listener;
  }
  static LaneKey key(const std::string& id) { return {0, "\x1f" + id}; }

  relay::decode::DecodedBatch batch;
  relay::store::Claim claim;
};

TEST(PlanDeliveries, WhatIsDoneIsSettledAndWakesItsKey) {
  Taken taken;
  taken.add("a", "k", 1);
  const BatchPlan plan = taken.plan({{.kind = Fate::Kind::done}});
  EXPECT_EQ(plan.end.settlement->done, std::vector<std::string>{"a"});
  EXPECT_EQ(plan.end.promote.at("board"), std::set<LaneKey>{Taken::key("k")});
}

TEST(PlanDeliveries, WhatFailsBehindOneThatIsDoneIsTriedAgain) {
  Taken taken;
  taken.add("a", "k", 1);
  taken.add("b", "k", 2, 1);
  const BatchPlan plan = taken.plan({{.kind = Fate::Kind::done}, {.kind = Fate::Kind::failed}});
  EXPECT_EQ(plan.end.settlement->done, std::vector<std::string>{"a"});
  ASSERT_EQ(plan.end.settlement->changed.size(), 1U);
  EXPECT_EQ(plan.end.settlement->changed[0].state, State::retrying);
}

TEST(PlanDeliveries, TheSixthFailureIsDead) {
  for (int before = 0; before <= 5; ++before) {
    Taken taken;
    taken.add("a", "k", 1, {}, before);
    const auto changed = taken.plan({{.kind = Fate::Kind::failed}}).end.settlement->changed;
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_EQ(changed[0].attempts, before + 1);
    EXPECT_EQ(changed[0].state, before == 5 ? State::dead : State::retrying);
    if (before < 5) {
      EXPECT_EQ(changed[0].delay, std::chrono::seconds{2 << before});
    }
  }
}

TEST(PlanDeliveries, ADeadLetterHoldsItsKeyUnlessItIsSkipped) {
  Taken taken;
  taken.add("a", "k", 1, {}, 5);
  EXPECT_TRUE(taken.plan({{.kind = Fate::Kind::failed}}).end.promote.empty());
  projections::ProjectionOptions options{.name = "easy", .events = {"*"}};
  options.on_dead = projections::OnDead::skip;
  const tests::Named easy{options};
  EXPECT_EQ(taken.plan({{.kind = Fate::Kind::failed}}, easy).end.promote.size(), 1U);
}

TEST(PlanDeliveries, WhatTheBatchItselfMadeWaitBehindASkippedDeadLetterIsWoken) {
  Taken taken;
  taken.claim.any_waiting = false;  // when it was read
  taken.add("a", "k", 1);
  taken.add("b", "k", 2, 1);
  projections::ProjectionOptions options{.name = "easy", .events = {"*"}};
  options.on_dead = projections::OnDead::skip;
  options.retry = {};
  const tests::Named easy{options};
  const BatchPlan plan =
      taken.plan({{.kind = Fate::Kind::failed}, {.kind = Fate::Kind::waiting}}, easy);
  EXPECT_EQ(plan.end.promote.at("easy"), std::set<LaneKey>{Taken::key("k")});
}

TEST(PlanDeliveries, WhereNothingWaitsNothingIsWoken) {
  Taken taken;
  taken.claim.any_waiting = false;
  taken.add("a", "k", 1);
  EXPECT_TRUE(taken.plan({{.kind = Fate::Kind::done}}).end.promote.empty());
}

TEST(PlanDeliveries, WhatWaitsKeepsItsCount) {
  Taken taken;
  taken.add("a", "k", 2, 1, 3);
  const auto changed = taken.plan({{.kind = Fate::Kind::waiting}}).end.settlement->changed;
  EXPECT_EQ(changed[0].state, State::waiting);
  EXPECT_EQ(changed[0].attempts, 3);
  EXPECT_FALSE(changed[0].failed_now);
}

TEST(PlanDeliveries, AKeyIsHeldFromWhereOneBeforeWasNotTaken) {
  Taken taken;
  taken.add("a", "free", 5, {});
  taken.add("b", "held", 6, 4);
  taken.add("c", "free", 7, 5);
  taken.add("d", "gap", 8, {});
  taken.add("e", "gap", 10, 9);
  EXPECT_EQ(held_from(taken.batch, taken.claim), (HeldFrom{{1, 4}, {4, 9}}));
}

}  // namespace
