#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Effects;
using tests::TestDatabase;

/// Entries of the outbox's indexes that were walked so far.
long walked(const TestDatabase& db) {
  return db.number(
      "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'event_publication' AND "
      "indexrelname NOT LIKE '%pkey'");
}

// Vacuum can remove nothing, so every completed event leaves a dead entry in the hot index. A claim
// that began at the start would walk them all: by the last round ten times what the first one
// walks.
TEST(Pinned, AClaimWalksNoMoreUnderASnapshotThatIsHeldForALongTime) {
  const TestDatabase db;
  const Effects effects{db};
  tests::RelayConfig config{db.url()};
  config.add("effects", "Thing", effects.sql());
  pqxx::connection holder{db.url()};
  pqxx::transaction<pqxx::isolation_level::repeatable_read> report{holder};
  report.exec("SELECT count(*) FROM event_publication");
  tests::Process relay{config.command({"run"})};
  constexpr int rounds = 5;
  constexpr int per_round = 3'000;
  std::vector<long> each;
  for (int round = 0; round < rounds; ++round) {
    const long before = walked(db);
    db.run(tests::publishing("Thing", "'k' || n % 500", per_round, 1 + round * per_round));
    ASSERT_TRUE(effects.reach(per_round * (round + 1L))) << relay.err();
    // Sessions report what they walked once a second.
    ASSERT_TRUE(tests::eventually([&] { return walked(db) - before >= per_round; }));
    each.push_back(walked(db) - before);
  }
  EXPECT_EQ(report.exec("SELECT count(*) FROM event_publication")[0][0].as<long>(), 0)
      << "the snapshot was not held to the end";
  // Each event is walked a few times; without a floor it was 36 times on the average, and rising.
  EXPECT_LT(std::accumulate(each.begin(), each.end(), 0L), 12L * rounds * per_round)
      << ::testing::PrintToString(each);
  EXPECT_EQ(tests::stop_relay(relay), 0);
  EXPECT_EQ(effects.doubled() + effects.overtaken(), 0);
}

}  // namespace
