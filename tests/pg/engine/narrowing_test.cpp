#include <atomic>

#include <gtest/gtest.h>

#include "projections/handler.hpp"
#include "relay/engine/work_boards.hpp"
#include "tests/pg/engine/effects_table.hpp"
#include "tests/pg/engine/refusal.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

// What the relay's own statements fail at is narrowed down to one event, as a handler's failure is.

namespace {

using namespace std::chrono_literals;
using tests::create_effects;
using tests::EngineRun;
using tests::pending;
using tests::publish_over_lanes;
using tests::record_effects;
using tests::refuse;
using tests::TestDatabase;

std::string letters(const TestDatabase& db) {
  return db.value(
      "SELECT string_agg(state || ' ' || error_class || ' ' || n, '; ') FROM (SELECT state, "
      "coalesce(error_class, '-') AS error_class, count(*) AS n FROM event_delivery GROUP BY 1, 2 "
      "ORDER BY 1, 2) d");
}

TEST(Narrowing, AnIdThatIsPublishedAgainAfterItWasArchivedStopsNobody) {
  const TestDatabase db;
  create_effects(db);
  publish_over_lanes(db, 3);
  EngineRun run{db};
  run.settings.relay.completion = relay::settings::Completion::archive;
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  db.run(
      "INSERT INTO event_publication (id, event_type, serialized_event, aggregate_id) "
      "SELECT id, 'Thing', '{\"again\": 1}', 'k' FROM event_publication_archive");
  publish_over_lanes(db, 100, "later");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(letters(db), "");
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication_archive"), 103);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication_archive WHERE serialized_event <> "
                      "'{}'"),
            0);
  EXPECT_EQ(db.number("SELECT count(*) FROM effects WHERE key LIKE 'later%'"), 100);
}

TEST(Narrowing, AnyDateThatTheColumnTakesIsRead) {
  const TestDatabase db;
  create_effects(db);
  for (const char* date : {"294270-01-01", "294276-12-31 23:59:59.999999+00", "4714-11-24+00 BC",
                           "infinity", "-infinity", "9999-12-31"}) {
    db.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_id, "
        "publication_date) VALUES ('Thing', '{}', 'k', '" +
        std::string{date} + "')");
  }
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 6);
}

TEST(Narrowing, ATriggerThatRefusesOneCompletionMakesThatEventADeadLetterAndNoOtherWaits) {
  const TestDatabase db;
  create_effects(db);
  refuse(db, "OLD.aggregate_id = 'k7' AND NEW.completion_date IS NOT NULL", "RAISE 'not this one'");
  publish_over_lanes(db, 300);
  publish_over_lanes(db, 20);  // the same keys again
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 318);
  EXPECT_EQ(letters(db), "dead relay 1; waiting - 1");
  EXPECT_EQ(db.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
            "it could not be completed: not this one (P0001)");
  EXPECT_EQ(db.value("SELECT error_class || attempt FROM event_attempt"), "relay1");
}

TEST(Narrowing, ATriggerThatSilentlyKeepsARowFromBeingCompletedCausesNoEffectTwice) {
  const TestDatabase db;
  create_effects(db);
  refuse(db, "OLD.aggregate_id = 'k7' AND NEW.completion_date IS NOT NULL", "RETURN NULL");
  publish_over_lanes(db, 100);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects, "completion");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 99);
  EXPECT_EQ(letters(db), "dead relay 1");
}

TEST(Narrowing, AnEventOfWhichNothingCanBeWrittenIsSteppedOverAndItsKeyWaits) {
  const TestDatabase db;
  create_effects(db);
  refuse(db, "OLD.aggregate_id = 'k7'", "RAISE 'hands off'");
  publish_over_lanes(db, 300);
  publish_over_lanes(db, 20);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  {
    const auto engine = run.start();
    EXPECT_TRUE(tests::eventually([&] {
      return db.number("SELECT count(*) FROM effects") == 318 && db.number(pending) == 2;
    }));
    publish_over_lanes(db, 300, "more");
    EXPECT_TRUE(
        tests::eventually([&] { return db.number("SELECT count(*) FROM effects") == 618; }));
    const std::string id =
        db.value("SELECT id FROM event_publication WHERE aggregate_id = 'k7' ORDER BY seq LIMIT 1");
    EXPECT_NE(engine->sentence().find(id), std::string::npos) << engine->sentence();
    engine->request_stop();
    EXPECT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
  db.run("DROP TRIGGER refuse ON event_publication");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 620);
}

// While something that the relay needs has another name it says so and waits; nothing is lost.
// @param away, back SQL that takes it away and brings it back.
void expect_to_wait_for(const char* away, const char* back) {
  const TestDatabase db;
  create_effects(db);
  db.run(away);
  publish_over_lanes(db, 200);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  const auto engine = run.start();
  EXPECT_TRUE(tests::eventually(
      [&] { return engine->sentence().find("the relay cannot work") != std::string::npos; }));
  db.run(back);
  EXPECT_TRUE(tests::eventually([&] { return db.number(pending) == 0; }));
  engine->request_stop();
  EXPECT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 200);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
}

TEST(Narrowing, GuardsThatCannotBeWrittenAreNobodysFaultAndMakeNoDeadLetter) {
  expect_to_wait_for("ALTER TABLE processed_events RENAME TO elsewhere",
                     "ALTER TABLE elsewhere RENAME TO processed_events");
}

TEST(Narrowing, AFunctionOfTheRelaysThatIsGoneIsNobodysFaultAndMakesNoDeadLetter) {
  expect_to_wait_for("ALTER FUNCTION freshet_complete_update(uuid[]) RENAME TO elsewhere",
                     "ALTER FUNCTION elsewhere(uuid[]) RENAME TO freshet_complete_update");
}

TEST(Narrowing, AnAddressAndAKeyOfAnyLengthFitIntoADelivery) {
  const TestDatabase db;
  create_effects(db);
  db.run(
      "ALTER TABLE event_publication ALTER aggregate_id TYPE text, ALTER listener_id TYPE text;"
      "CREATE FUNCTION noise(n int) RETURNS text LANGUAGE sql AS "
      "$$ SELECT string_agg(chr(19968 + (random() * 20000)::int), '') FROM generate_series(1, n) "
      "$$");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id, "
      "listener_id) SELECT 'Thing', '{}', noise(255), noise(n), noise(n) "
      "FROM unnest(ARRAY[255, 512, 4000]) n");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) "
      "SELECT 'Bad', '{}', k FROM (SELECT noise(4000) AS k) n, generate_series(1, 2)");
  publish_over_lanes(db, 200);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  run.add_sql("bad", {"Bad"}, "INSERT INTO effects (seq) SELECT 1 / 0 FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 200);
  EXPECT_EQ(letters(db), "dead event 1; ready - 3; waiting - 1");
}

TEST(Narrowing, AFailureAfterAnyNumberOfOthersIsKept) {
  const TestDatabase db;
  create_effects(db);
  publish_over_lanes(db, 1);
  db.run(
      "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) "
      "SELECT id, 'effects', 32767, 'event', 'before' FROM event_publication");
  publish_over_lanes(db, 100, "later");
  EngineRun run{db};
  run.add_sql("effects", {"Thing"},
              "INSERT INTO effects (key, seq) SELECT aggregate_id, seq / CASE aggregate_id "
              "WHEN 'k1' THEN 0 ELSE 1 END FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT max(attempt) FROM event_attempt"), 32'768);
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 100);
}

TEST(Narrowing, ARetryAtAMomentThatHasPassedIsDueAtOnce) {
  const TestDatabase db;
  publish_over_lanes(db, 50);
  EngineRun run{db};
  std::atomic<int> calls{0};
  run.registry.add({.name = "timed", .events = {"*"}, .retry = {}},
                   projections::batch([&](const projections::Batch&, projections::Context&) {
                     return ++calls < 10 ? projections::Outcome::retry_in(-5'000ms, "just passed")
                                         : projections::Outcome::applied();
                   }));
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery"), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
}

TEST(Narrowing, SqlThatTheServerCannotParsePausesItsProjectionAndMakesNoDeadLetter) {
  const TestDatabase db;
  create_effects(db);
  publish_over_lanes(db, 100);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  run.add_sql("broken", {"Thing"}, "SELECT id FORM events");
  const auto engine = run.start();
  const auto broken = [&] {
    return db.value("SELECT state || ': ' || reason FROM event_listener WHERE name = 'broken'");
  };
  EXPECT_TRUE(tests::eventually([&] { return broken().starts_with("paused: "); }));
  EXPECT_EQ(broken(), "paused: it cannot work: syntax error at or near \"events\"");
  EXPECT_TRUE(tests::eventually([&] { return db.number("SELECT count(*) FROM effects") == 100; }));
  engine->request_stop();
  EXPECT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
  EXPECT_EQ(letters(db), "ready - 100");
}

TEST(Narrowing, ARetryWithoutADueTimeIsDue) {
  const TestDatabase db;
  create_effects(db);
  publish_over_lanes(db, 1);
  db.run(
      "UPDATE event_publication SET parked = true;"
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT id, "
      "'effects', "
      "freshet_lane(aggregate_type, aggregate_id, id), seq, 'thing' || chr(31) || aggregate_id, "
      "'retrying' FROM event_publication");
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 1);
}

TEST(Narrowing, WhateverEncodingTheDatabaseAsksForTextsTravelAsUtf8) {
  const TestDatabase db;
  create_effects(db);
  db.run("ALTER DATABASE \"" + db.name() + "\" SET client_encoding = 'LATIN1'");
  publish_over_lanes(db, 1, "→");
  publish_over_lanes(db, 100);
  EngineRun run{db};
  run.add_sql("effects", {"Thing"}, record_effects);
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), 101);
}

TEST(Quarantined, AnEventThatAnotherRelayTookIsForgottenAfterAMinute) {
  relay::engine::WorkBoards boards{64, true, {}};
  const auto now = std::chrono::steady_clock::now();
  boards.quarantine.put({"id", "listener"}, {}, now);
  EXPECT_EQ(boards.quarantine.now_in(now + 50s)->size(), 1U);
  EXPECT_TRUE(boards.quarantine.now_in(now + 61s)->empty());
  boards.quarantine.release({{"id", "listener"}});
}

}  // namespace
