#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/engine_run.hpp"

// The last SQL of a batch travels with the batch's end while all goes well. What becomes of events
// must not depend on it.

namespace {

using namespace std::chrono_literals;
using projections::Batch;
using projections::Context;
using projections::Outcome;
using tests::EngineRun;
using tests::TestDatabase;

/// Hides that a handler can say what it does as one text.
struct InSteps final : projections::Handler {
  explicit InSteps(projections::HandlerPtr wrapped) : handler(std::move(wrapped)) {}
  Outcome apply(const Batch& batch, Context& context) override {
    return handler->apply(batch, context);
  }
  [[nodiscard]] bool can_probe() const override { return handler->can_probe(); }
  [[nodiscard]] bool reads_payload() const override { return handler->reads_payload(); }
  projections::HandlerPtr handler;
};

void publish_seven_keys(const TestDatabase& db, int events) {
  db.run(
      "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) "
      "SELECT 'Thing', n % 7, '{}' FROM generate_series(1, " +
      std::to_string(events) + ") n");
}

TEST(OptimisticPart, TheLastProjectionsSqlTravelsWithTheBatchsEnd) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (by text, query text)");
  publish_seven_keys(db, 20);
  EngineRun run{db};
  for (const std::string name : {"first", "last"}) {
    run.add_sql(name, {"*"}, "INSERT INTO sent SELECT '" + name + "', current_query() FROM events");
  }
  ASSERT_TRUE(run.drain());
  const std::string asked = "SELECT count(*) FROM sent WHERE query LIKE '/* projection %' AND by ";
  EXPECT_EQ(db.number(asked + "= 'last' AND query LIKE '%freshet_complete%COMMIT%'"), 20);
  EXPECT_EQ(db.number(asked + "= 'first' AND query NOT LIKE '%COMMIT%'"), 20);
}

TEST(OptimisticPart, SeveralStatementsMayTakeLongerThanOneCallMay) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (query text)");
  publish_seven_keys(db, 3);
  EngineRun run{db};
  run.settings.relay.lock_timeout = 500ms;
  run.settings.relay.statement_timeout = 1s;
  const std::vector<std::string> statements(
      3, "INSERT INTO sent SELECT current_query() FROM pg_sleep(0.6)");
  run.registry.add({.name = "slow", .events = {"*"}, .retry = {}},
                   projections::sql_projection(statements));
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM processed_events"), 3);
  EXPECT_EQ(db.number("SELECT count(*) FROM sent WHERE query NOT LIKE '%COMMIT%'"), 0)
      << "it was cut off and done again, step by step";
}

TEST(OptimisticPart, APayloadThatTheHandlerMustNotSeeIsNotSentToIt) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (id uuid)");
  publish_seven_keys(db, 1);
  db.run("UPDATE event_publication SET serialized_event = to_json(repeat('x', 500))::text");
  EngineRun run{db};
  run.settings.relay.payload_max_bytes = 100;
  run.add_sql("small", {"*"}, "INSERT INTO sent SELECT id FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM sent"), 0);
  EXPECT_EQ(db.value("SELECT state || ' ' || error_class FROM event_delivery"), "dead payload");
}

TEST(OptimisticPart, AKeyThatWaitsGoesOnWaiting) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (id uuid)");
  EngineRun run{db};
  run.add_sql("strict", {"*"},
              "INSERT INTO sent SELECT id FROM events WHERE 1 / (payload->>'n')::int = 1");
  for (const char* n : {"0", "1"}) {
    db.run(
        "INSERT INTO event_publication (event_type, aggregate_id, serialized_event) VALUES "
        "('Thing', 'k', '{\"n\": " +
        std::string{n} + "}')");
    ASSERT_TRUE(run.drain());
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM sent"), 0);
  EXPECT_EQ(db.value("SELECT string_agg(state, ' ' ORDER BY seq) FROM event_delivery"),
            "dead waiting");
}

TEST(OptimisticPart, WhatTakesTooLongIsCountedAsItsListenersTimeOut) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (by text)");
  publish_seven_keys(db, 2);
  EngineRun run{db};
  run.settings.relay.handler_timeout = 300ms;
  run.add_sql("slow", {"*"}, "INSERT INTO sent SELECT 'x' || pg_sleep(4) FROM events");
  ASSERT_TRUE(run.drain()) << "less than statement_timeout, so that only its own time ends it";
  EXPECT_EQ(db.value("SELECT string_agg(DISTINCT listener || ' ' || state || ' ' || error_class || "
                     "' ' || attempts, ',') FROM event_delivery"),
            "slow dead timeout 1");
}

TEST(OptimisticPart, AnEndThatIsSlowIsSaidApartAndCountsForNobody) {
  const TestDatabase db;
  db.run(
      "CREATE TABLE sent (query text);"
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$");
  publish_seven_keys(db, 6);
  db.run("UPDATE event_publication SET aggregate_id = 'k'");
  db.run("CREATE TRIGGER wait AFTER UPDATE ON event_publication EXECUTE FUNCTION wait()");
  EngineRun run{db};
  run.settings.relay.handler_timeout = 500ms;
  run.settings.relay.workers = 1;
  run.add_sql("quick", {"*"}, "INSERT INTO sent SELECT current_query() FROM events");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT count(*) FROM sent WHERE query NOT LIKE '%COMMIT%'"), 6);
  EXPECT_EQ(db.number("SELECT count(DISTINCT xmin::text) FROM sent"), 1) << "the batch was divided";
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
}

TEST(OptimisticPart, AConnectionThatIsLostInItIsNotCounted) {
  const TestDatabase db;
  db.run("CREATE TABLE sent (query text); CREATE SEQUENCE tries");
  publish_seven_keys(db, 1);
  EngineRun run{db};
  run.settings.relay.workers = 1;
  run.add_sql("unlucky", {"*"},
              "INSERT INTO sent SELECT current_query() FROM events WHERE nextval('tries') > 1 OR "
              "pg_terminate_backend(pg_backend_pid())");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.number("SELECT last_value FROM tries"), 2);
  EXPECT_EQ(db.number("SELECT count(*) FROM sent WHERE query NOT LIKE '%COMMIT%'"), 1);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
}

/// Twice the same events: with what is optimistic, and step by step.
class OptimisticBatches : public testing::Test {
 protected:
  void SetUp() override {
    db_.run("CREATE TABLE effects (listener text, id text UNIQUE, n int, query text)");
    db_.run("CREATE TABLE late (key text UNIQUE DEFERRABLE)");
  }

  void publish(unsigned seed) {
    const std::vector<std::string> hostile = {
        R"({"n":"no number"})", R"({"id":"taken"})", R"({"late":"taken"})",
        R"("\u0000")",          R"({"n":)",          ""};
    std::mt19937 random{seed};
    db_.run(
        "TRUNCATE event_publication, event_delivery, event_attempt, processed_events, effects, "
        "late; INSERT INTO effects (id) VALUES ('firsttaken'), ('aparttaken'), ('lasttaken'); "
        "INSERT INTO late VALUES ('taken')");  // of two in different lanes either may come first
    const bool calm = seed % 3 == 0;
    for (int i = 0; i < 25; ++i) {
      const unsigned which = calm ? 99 : random() % 30;
      const std::string payload = which < hostile.size() ? hostile[which] : R"({"n":1})";
      const std::string id = "00000000-0000-7000-8000-0000000000" + std::to_string(10 + i);
      db_.run(
          "INSERT INTO event_publication (id, event_type, aggregate_id, serialized_event) "
          "VALUES ('" +
          id + "', '" + (random() % 5 == 0 ? "Other" : "Thing") + "', 'k" +
          std::to_string(random() % 6) + "', '" + payload + "')");
      if (random() % 15 == 0) db_.run("INSERT INTO processed_events VALUES ('last:" + id + "')");
    }
  }

  void add(EngineRun& run, const std::string& name, const std::string& type, bool in_steps,
           bool detached = false) const {
    projections::HandlerPtr handler = projections::sql_projection(
        {"INSERT INTO late SELECT payload->>'late' FROM events WHERE payload ? 'late'",
         "INSERT INTO effects SELECT '" + name + "', '" + name +
             "' || coalesce(payload->>'id', id::text), (payload->>'n')::int, current_query() "
             "FROM events"});
    if (in_steps) handler = std::make_unique<InSteps>(std::move(handler));
    run.registry.add({.name = name, .events = {type}, .detached = detached, .retry = {}},
                     std::move(handler));
  }

  std::string come(unsigned seed, bool in_steps) {
    publish(seed);
    EngineRun run{db_};
    run.settings.relay.workers = 1;
    run.settings.relay.batch_size = seed % 2 == 0 ? 500 : 5;
    add(run, "first", "Thing", in_steps);
    add(run, "apart", "*", in_steps, true);
    add(run, "last", "*", in_steps);
    EXPECT_TRUE(run.drain());
    optimistic_ += db_.number("SELECT count(*) FROM effects WHERE query LIKE '%COMMIT%'");
    return all("listener || ' ' || id", "effects") + all("idempotency_key", "processed_events") +
           all("key", "late") +
           all("listener || ' ' || event_id || ' ' || state || ' ' || attempts || ' ' || "
               "coalesce(error_class, '')",
               "event_delivery") +
           all("event_id || ' ' || listener || ' ' || attempt || ' ' || error", "event_attempt") +
           all("id || ' ' || (completion_date IS NULL) || ' ' || parked", "event_publication");
  }

  long optimistic_ = 0;  ///< Effects that came with their batch's COMMIT.

 private:
  std::string all(const std::string& what, const std::string& table) {
    return table + ":\n" +
           db_.value("SELECT coalesce(string_agg(" + what + ", E'\\n' ORDER BY " + what +
                     "), '') FROM " + table) +
           "\n";
  }

  TestDatabase db_;
};

TEST_F(OptimisticBatches, EndAlikeAtOnceAndStepByStep) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const std::string optimistic = come(seed, false);
    const long so_far = optimistic_;
    EXPECT_EQ(optimistic, come(seed, true)) << "seed " << seed;
    EXPECT_EQ(optimistic_, so_far) << "it was to go step by step";
  }
  EXPECT_GT(optimistic_, 50);
}

}  // namespace
