#include <gtest/gtest.h>

#include <future>

#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/pg/lane_change.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

namespace relay {
namespace {

constexpr int listeners = 6;

/// A relay with six detached listeners, each always in the middle of a batch.
class SlowListeners : public ::testing::Test {
 protected:
  SlowListeners() {
    db_.run("CREATE TABLE done (who text, batch xid8)");
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id) SELECT 'Thing', '{}', 'thing', n::text FROM generate_series(1, 3000) n");
    run_.settings.relay.batch_size = 16;
    for (int i = 0; i < listeners; ++i) {
      names_.push_back("slow" + std::to_string(i));
      run_.registry.add(
          {.name = names_.back(), .events = {"Thing"}, .detached = true},
          projections::sql_projection({"INSERT INTO done SELECT '" + names_.back() +
                                       "', pg_current_xact_id() FROM (SELECT pg_sleep(0.4)) z, "
                                       "events e"}));
    }
    engine_ = run_.start();
    EXPECT_TRUE(tests::eventually([&] { return each_has_done(1); }));
  }
  /// Batches that were committed, as the connection sees it now.
  static long batches(pg::Connection& connection, const std::string& of = "%") {
    return connection.exec("SELECT count(DISTINCT batch) FROM done WHERE who LIKE $1", of)[0][0]
        .as<long>();
  }
  bool each_has_done(long number) {
    return std::ranges::all_of(
        names_, [&](const auto& name) { return batches(connection_, name) >= number; });
  }

  tests::TestDatabase db_;
  tests::EngineRun run_{db_};
  std::vector<std::string> names_;
  pg::Connection connection_{db_.url()};
  std::unique_ptr<tests::RunningEngine> engine_;
};

// One is under way when somebody asks, and one more may begin before that is known.
constexpr long under_way = 2;

TEST_F(SlowListeners, LetAnOperatorWaitForOneBatchOfTheirOwn) {
  const long before = batches(connection_, "slow0");
  operate::pause_listener(connection_, "slow0", "");
  EXPECT_LE(batches(connection_, "slow0"), before + under_way);
  const long retired_at = batches(connection_, "slow5");
  operate::retire_listener(connection_, "slow5", {});
  EXPECT_LE(batches(connection_, "slow5"), retired_at + under_way);
}

TEST_F(SlowListeners, LetADeployThatChangesThemAllWaitForTheLongestBatch) {
  long at_the_change = 0;
  const long before = batches(connection_);
  pg::under_lanes_of(
      connection_, {.listeners = names_}, [&] { at_the_change = batches(connection_); },
      std::chrono::seconds{60});
  EXPECT_LE(at_the_change, before + listeners * under_way);
}

TEST_F(SlowListeners, LetADeployThatChangesNoneOfThemPassAtOnce) {
  long at_the_change = 0;
  pqxx::connection held{db_.url()};
  pqxx::work forever{held};  // a batch that never ends
  ASSERT_TRUE(tests::eventually([&] {
    return !forever.exec("SELECT FROM event_lane WHERE drainer = 'slow3' FOR UPDATE SKIP LOCKED")
                .empty();
  }));
  pg::under_lanes_of(
      connection_, {.listeners = {"fresh"}}, [&] { ++at_the_change; }, std::chrono::seconds{30});
  EXPECT_EQ(at_the_change, 1);
}

}  // namespace
}  // namespace relay
