#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/pg/projections/apply_fixture.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;
using tests::recorder;

class ApplyHalving : public tests::ApplyTest {};

// What one event at a time gives, without a database: the model that halving must agree with.
std::vector<Kind> one_by_one(std::span<const Event> events, HeldKeys held) {
  std::vector<Kind> kinds;
  for (const Event& event : events) {
    const bool bad = event.payload != "{}";
    kinds.push_back(held.holds(event.key(), event.seq) ? Kind::waiting
                    : bad                              ? Kind::failed
                                                       : Kind::done);
    if (kinds.back() == Kind::failed) held.hold(event.key(), event.seq);
  }
  return kinds;
}

TEST_F(ApplyHalving, LeavesTheRestWhenTheBudgetIsSpentWithoutAGapInAnyKey) {
  for (int i = 0; i < 64; ++i) published_.add("k" + std::to_string(i % 4), R"({"bad":1})");
  budget_.left = 5;
  const auto fates = apply(projection_of(recorder()), published_.batch());
  EXPECT_LE(budget_.left, 0);
  EXPECT_EQ(fates.back().kind, Kind::not_reached);
  std::set<std::string> left_keys;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const auto key = published_.events()[i].key();
    if (fates[i].kind == Kind::not_reached)
      left_keys.insert(key);
    else
      EXPECT_FALSE(left_keys.contains(key)) << i;
  }
}

TEST_F(ApplyHalving, TriesTheFirstTimeEvenWithoutBudget) {
  published_.add("a");
  budget_.left = 0;
  EXPECT_EQ(kinds(apply(projection_of(recorder()), published_.batch())), std::vector{Kind::done});
}

TEST_F(ApplyHalving, HalvingAgreesWithOneByOneForRandomFailures) {
  std::mt19937 random{20240607};
  const auto projection = projection_of(recorder());
  tests::Published good{db_.url()};
  for (int i = 0; i < 24; ++i) good.add("k" + std::to_string(i % 7));
  for (int round = 0; round < 250; ++round) {
    std::vector<Event> events(good.events().begin(), good.events().end());
    events.resize(1 + random() % events.size());
    const unsigned every = 1 + random() % 12;
    for (auto& event : events) {
      if (random() % every == 0) event.payload = R"({"bad":1})";
    }
    HeldKeys held;
    if (random() % 3 == 0) held.hold(events[0].key(), events[random() % events.size()].seq);
    const auto expected = one_by_one(events, held);
    SavepointBudget budget{200};
    harness::Transaction transaction{db_.url()};
    Tx& tx = transaction.tx();
    const auto fates = apply_batch(projection, Batch{events}, held, budget, tx, {});
    ASSERT_EQ(kinds(fates), expected) << "round " << round;
    const auto done = std::ranges::count(expected, Kind::done);
    EXPECT_EQ(tx.exec("SELECT count(*) FROM seen")[0][0].as<long>(), done);
    EXPECT_EQ(tx.exec("SELECT count(*) FROM processed_events")[0][0].as<long>(), done);
  }
}

}  // namespace
