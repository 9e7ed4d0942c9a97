#include <gtest/gtest.h>

#include "tests/pg/engine/effects_table.hpp"
#include "tests/pg/engine/refusal.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

// An event that can be neither completed nor recorded as failed is stepped over, and so is its key,
// but only as long as it is there and cannot.

namespace {

using namespace std::chrono_literals;
using tests::create_effects;
using tests::EngineRun;
using tests::pending;
using tests::publish_over_lanes;
using tests::record_effects;
using tests::refuse;
using tests::TestDatabase;

// Two events of k7 that nothing can be written of, and others that can.
std::unique_ptr<tests::RunningEngine> start_with_stuck(const TestDatabase& db, EngineRun& run) {
  create_effects(db);
  refuse(db, "OLD.aggregate_id = 'k7'", "RAISE 'hands off'");
  publish_over_lanes(db, 20);
  publish_over_lanes(db, 20);
  run.registry.add({.name = "effects", .events = {"Thing"}, .retry = {1s}},
                   projections::sql_projection({record_effects}));
  auto engine = run.start();
  EXPECT_TRUE(tests::eventually(
      [&] { return db.number("SELECT count(*) FROM effects") == 38 && db.number(pending) == 2; }));
  return engine;
}

// Under load, so that it is not read alone.
void expect_to_go_on(const TestDatabase& db, tests::RunningEngine& engine, long of_its_key) {
  EXPECT_TRUE(tests::eventually(
      [&] {
        publish_over_lanes(db, 64, "other");
        return db.number("SELECT count(*) FROM effects WHERE key = 'k7'") == of_its_key;
      },
      90s))
      << engine.sentence();
  EXPECT_TRUE(tests::eventually([&] { return db.number(pending) == 0; }));
  EXPECT_TRUE(tests::eventually([&] { return engine.sentence().empty(); })) << engine.sentence();
  engine.request_stop();
  EXPECT_TRUE(engine.wait(std::chrono::steady_clock::now() + 10s));
}

TEST(StuckEvent, LetsItsKeyGoOnInTheSameRelayOnceItCanBeWritten) {
  const TestDatabase db;
  EngineRun run{db};
  const auto engine = start_with_stuck(db, run);
  db.run("DROP TRIGGER refuse ON event_publication");
  publish_over_lanes(db, 20);
  expect_to_go_on(db, *engine, 3);
}

TEST(StuckEvent, LetsItsKeyGoOnInTheSameRelayWhenSomebodyRemovesIt) {
  const TestDatabase db;
  EngineRun run{db};
  const auto engine = start_with_stuck(db, run);
  db.run("ALTER TABLE event_publication DISABLE TRIGGER refuse");
  db.run(
      "DELETE FROM event_publication WHERE seq = (SELECT min(seq) FROM event_publication "
      "WHERE completion_date IS NULL)");
  publish_over_lanes(db, 20);
  expect_to_go_on(db, *engine, 2);
}

}  // namespace
