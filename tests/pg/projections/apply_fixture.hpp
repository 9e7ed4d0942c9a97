#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "projections/apply/apply.hpp"
#include "projections/harness/transaction.hpp"
#include "projections/projections.hpp"
#include "tests/pg/projections/published.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// A database with the table `seen`, events to publish, and `apply_batch` over them.
class ApplyTest : public testing::Test {
 protected:
  void SetUp() override { db_.run("CREATE TABLE seen (id text PRIMARY KEY, key text)"); }

  std::vector<projections::Fate> apply(const projections::Projection& projection,
                                       const projections::Batch& batch, projections::Tx& tx) {
    return projections::apply_batch(projection, batch, held_, budget_, tx, {});
  }

  // In a transaction of its own, committed.
  std::vector<projections::Fate> apply(const projections::Projection& projection,
                                       const projections::Batch& batch) {
    projections::harness::Transaction transaction{db_.url()};
    auto fates = apply(projection, batch, transaction.tx());
    transaction.commit();
    return fates;
  }

  static std::vector<projections::Fate::Kind> kinds(const std::vector<projections::Fate>& fates) {
    std::vector<projections::Fate::Kind> kinds;
    for (const auto& fate : fates) kinds.push_back(fate.kind);
    return kinds;
  }

  TestDatabase db_;
  Published published_{db_.url()};
  projections::HeldKeys held_;
  projections::SavepointBudget budget_;
};

// Writes every event down; a payload {"bad":1} fails after its writes.
inline projections::HandlerPtr recorder() {
  return projections::batch([](const projections::Batch& events, projections::Context& context) {
    for (const projections::Event& event : events) {
      context.tx().exec("INSERT INTO seen VALUES ($1, $2)", std::string{event.id}, event.key());
    }
    for (const projections::Event& event : events) {
      if (event.json().contains("bad")) throw std::runtime_error{"this one is bad"};
    }
    return projections::Outcome::applied();
  });
}

}  // namespace tests
