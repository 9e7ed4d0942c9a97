#include <gtest/gtest.h>

#include "projections/projections.hpp"
#include "tests/support/engine_run.hpp"

// Where SQL alone listens, payloads stay in the server while all goes well. What becomes of an
// event must not depend on it.

namespace {

using tests::EngineRun;
using tests::TestDatabase;

const std::string depth(300, '[');

/// A payload by its event type, and what the SQL projection makes of it.
struct Case {
  const char* type;
  std::string payload;
  const char* outcome;
};

const Case cases[] = {
    {"plain", R"({"n": 1})", "applied"},
    {"not_json", R"({"n": )", "dead payload"},
    {"nul", R"({"n": "\u0000"})", "dead payload"},
    {"lone_surrogate", R"({"n": "\ud800"})", "dead payload"},
    {"empty", "", "dead payload"},
    {"byte_order_mark", "\xEF\xBB\xBF{}", "dead payload"},
    {"too_large", R"({"n": ")" + std::string(1'000, 'x') + R"("})", "dead payload"},
    // The relay's own check refuses these two; to jsonb they are fine, and nobody else reads them.
    {"deep", depth + std::string(300, ']'), "applied"},
    {"large_number", R"({"n": 1e400})", "applied"},
    {"number_beyond_numeric", R"({"n": 1e999999})", "dead payload"},
    {"handler_fails", R"({"n": 0})", "dead event"},
};

void publish_cases(const TestDatabase& db) {
  pqxx::connection connection{db.url()};
  pqxx::work tx{connection};
  for (const Case& c : cases) {
    tx.exec("INSERT INTO event_publication (event_type, aggregate_id, serialized_event) VALUES ('" +
            std::string{c.type} + "', '" + c.type + "', " + tx.quote(c.payload) + ")");
  }
  tx.commit();
}

std::string outcome(const TestDatabase& db, const char* type) {
  if (db.number("SELECT count(*) FROM effects WHERE type = '" + std::string{type} + "'") == 1) {
    return "applied";
  }
  return db.value(
      "SELECT d.state || ' ' || d.error_class FROM event_delivery d JOIN event_publication p ON "
      "p.id = d.event_id WHERE d.listener = 'effects' AND p.event_type = '" +
      std::string{type} + "'");
}

/// Every payload through one SQL projection. @param beside a projection in C++ listens, too.
void expect_outcomes(int batch_size, bool beside) {
  const TestDatabase db;
  db.run("CREATE TABLE effects (type text, n text)");
  publish_cases(db);
  EngineRun run{db};
  run.settings.relay.payload_max_bytes = 1'000;
  run.settings.relay.batch_size = batch_size;
  run.add_sql("effects", {"*"},
              "INSERT INTO effects (type, n) SELECT event_type, payload->>'n' FROM events "
              "WHERE 1 / (CASE WHEN payload->>'n' = '0' THEN 0 ELSE 1 END) = 1 ORDER BY seq");
  if (beside) {
    run.registry.add({.name = "reader", .events = {"*"}, .retry = {}},
                     projections::batch([](const projections::Batch&, projections::Context&) {
                       return projections::Outcome::applied();
                     }));
  }
  ASSERT_TRUE(run.drain());
  for (const Case& c : cases) EXPECT_EQ(outcome(db, c.type), c.outcome) << c.type;
}

TEST(PayloadPath, JudgesEachPayloadByItselfWhenItStays) {
  expect_outcomes(1, false);
}

TEST(PayloadPath, JudgesAlikeBesideOthersThatFail) {
  expect_outcomes(500, false);
}

TEST(PayloadPath, JudgesAlikeWhenTheRelayReadsPayloads) {
  expect_outcomes(500, true);
}

TEST(PayloadPath, AGuardOfThePayloadMakesPayloadsTravel) {
  const TestDatabase db;
  db.run("CREATE TABLE effects (n text)");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event) "
      "SELECT 'Thing', json_build_object('n', (n % 2)::text) FROM generate_series(1, 10) n");
  EngineRun run{db};
  run.add_sql("effects", {"*"}, "INSERT INTO effects SELECT payload->>'n' FROM events ORDER BY seq",
              "n:${payload.n}");
  ASSERT_TRUE(run.drain());
  EXPECT_EQ(db.value("SELECT string_agg(n, ' ' ORDER BY n) FROM effects"), "0 1");
}

}  // namespace
