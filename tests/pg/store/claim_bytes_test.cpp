#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/store/outbox/claim_deliveries.hpp"
#include "relay/store/outbox/claim_events.hpp"
#include "tests/support/dead_rows.hpp"
#include "tests/support/engine_run.hpp"

// What a claim reads at most: payloads and headers together, and headers only for who reads them.
namespace {

using relay::store::Claim;
using relay::store::Payloads;
using relay::store::outbox::ClaimLimits;
using tests::EngineRun;
using tests::TestDatabase;

constexpr int lane = 5;
constexpr std::int64_t header_bytes = 100'000;

/// How headers are stored: compressed, or as they are.
const char* const stored[] = {
    "repeat('x', 100000)",
    "(SELECT string_agg(md5(id::text || n), '') FROM generate_series(1, 3125) n)",
};

/// Ten events of one lane, each with 100 KB of headers.
void publish(const TestDatabase& db, const std::string& text, bool parked = false) {
  db.run(
      "INSERT INTO event_publication (id, event_type, serialized_event, parked, headers) "
      "SELECT id, 'Thing', '{}', " +
      std::string{parked ? "true" : "false"} + ", jsonb_build_object('h', " + text +
      ") FROM (SELECT freshet_uuid7() AS id FROM generate_series(1, 5000)) e "
      "WHERE freshet_lane(NULL, NULL, id) = " +
      std::to_string(lane) + " LIMIT 10");
}

struct BytesCase {
  std::int64_t batch_max_bytes;
  std::size_t events;
};
const BytesCase cases[] = {{header_bytes * 5 / 2, 3}, {1, 1}, {header_bytes * 100, 10}};

using ClaimBy = std::function<Claim(relay::pg::Connection&, const ClaimLimits&)>;

void expect_claim(const ClaimBy& claim_by, const TestDatabase& db, bool ordered,
                  const BytesCase& c) {
  relay::pg::Connection connection{db.url()};
  const Claim claim = claim_by(
      connection,
      {.ordered = ordered, .payload_max_bytes = 1'000, .batch_max_bytes = c.batch_max_bytes});
  EXPECT_EQ(claim.lanes.at(0).events, c.events) << c.batch_max_bytes;
  EXPECT_EQ(claim.lanes.at(0).more, c.events < 10) << c.batch_max_bytes;
  connection.rollback();
}

TEST(ClaimBytes, CountHeadersOfEventsAndOneEventAlwaysFits) {
  for (const char* text : stored) {
    const TestDatabase db;
    publish(db, text);
    for (const bool ordered : {true, false}) {
      for (const BytesCase& c : cases) {
        expect_claim(
            [](auto& connection, const auto& limits) {
              return relay::store::outbox::claim_events(connection, limits, {{.lane = lane}},
                                                        Payloads::travel);
            },
            db, ordered, c);
      }
    }
  }
}

TEST(ClaimBytes, CountHeadersOfDeliveriesAndOneAlwaysFits) {
  for (const char* text : stored) {
    const TestDatabase db;
    tests::DeadRows{db}.register_listener("slow", "block", true);
    publish(db, text, true);
    db.run(
        "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) "
        "SELECT id, 'slow', " +
        std::to_string(lane) + ", seq, id::text, 'ready' FROM event_publication ORDER BY seq");
    for (const bool ordered : {true, false}) {
      for (const BytesCase& c : cases) {
        expect_claim(
            [](auto& connection, const auto& limits) {
              return relay::store::outbox::claim_deliveries(
                  connection, limits, {.listener = "slow", .drainer = "slow"}, {{.lane = lane}});
            },
            db, ordered, c);
      }
    }
  }
}

TEST(ClaimBytes, OfARelayOfBeforeAreCountedAsItCountsThem) {
  const TestDatabase db;
  publish(db, stored[1]);
  for (const char* claim : {"freshet_claim", "freshet_claim_unordered"}) {
    EXPECT_EQ(db.value("SELECT count(headers) || ' ' || max(bytes) FROM " + std::string{claim} +
                       "('{5}', '{0}', 500, 1000, 250000, false)"),
              "10 2");
  }
}

/// Notes what our relay asks a claim for, also in what is rolled back, and lets it through.
void watch_claims(const TestDatabase& db) {
  const std::string types = "(smallint[], bigint[], int, bigint, bigint, boolean, boolean)";
  db.run("CREATE SEQUENCE asked_true; CREATE SEQUENCE asked_false");
  db.run("ALTER FUNCTION freshet_claim" + types + " RENAME TO real_claim");
  db.run("CREATE FUNCTION freshet_claim" + types +
         " RETURNS TABLE (lane smallint, id uuid, seq bigint, event_type text, aggregate_type "
         "text, aggregate_id text, payload text, bytes bigint, headers jsonb, published_us bigint, "
         "listener_id text, open_deliveries boolean, listeners_version text, counted bigint) "
         "LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('asked_' || $7); "
         "RETURN QUERY SELECT * FROM real_claim($1, $2, $3, $4, $5, $6, $7); END $$");
}

/// Whether headers travelled; "" where no claim was noted. @param guard of the projection.
std::string headers_travelled(const std::string& guard, const std::string& keys) {
  const TestDatabase db;
  watch_claims(db);
  db.run("CREATE TABLE effects (h text)");
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, headers) "
      "SELECT 'Thing', '{}', jsonb_build_object('h', n % 2) FROM generate_series(1, 10) n");
  EngineRun run{db};
  run.add_sql("effects", {"*"}, "INSERT INTO effects SELECT headers->>'h' FROM events ORDER BY seq",
              guard);
  EXPECT_TRUE(run.drain());
  EXPECT_EQ(db.value("SELECT string_agg(h, '' ORDER BY h) FROM effects"), keys);
  return db.value(
      "SELECT CASE WHEN t.is_called THEN 'true' ELSE '' END || CASE WHEN f.is_called THEN 'false' "
      "ELSE '' END FROM asked_true t, asked_false f");
}

TEST(ClaimBytes, HeadersStayInTheServerWhereSqlAloneListens) {
  EXPECT_EQ(headers_travelled("", "0000011111"), "false");
}

TEST(ClaimBytes, AGuardOfTheHeadersMakesThemTravel) {
  EXPECT_EQ(headers_travelled("h:${headers.h}", "01"), "true");
}

}  // namespace
