// The lag that Freshet shows, against one that it has no part in: PostgreSQL's own record of when
// the transaction that wrote a projection's row committed.

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/relay_config.hpp"
#include "tests/support/test_database.hpp"

namespace {

using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr int transactions = 100;
constexpr int events = 10 * transactions;

// Where lag comes from, so that a clock read at the wrong moment shows: 20 ms inside the
// projection's transaction, and up to 50 ms between an insert and its commit (publish below).
constexpr const char* slow_projection =
    "WITH work AS MATERIALIZED (SELECT pg_sleep(0.02) AS done) "
    "INSERT INTO seen (event_id) SELECT id FROM events, work WHERE done IS NOT NULL";

constexpr const char* measured =
    "WITH lag AS (SELECT extract(epoch FROM pg_xact_commit_timestamp(seen.xmin) "
    "                                       - publication_date) * 1000 AS ms "
    "               FROM seen JOIN event_publication ON id = event_id) "
    "SELECT percentile_disc(0.50) WITHIN GROUP (ORDER BY ms), "
    "       percentile_disc(0.95) WITHIN GROUP (ORDER BY ms), "
    "       percentile_disc(0.99) WITHIN GROUP (ORDER BY ms), count(*) FROM lag";

/// About 200 events a second: ten in a transaction, 5 ms apart.
void publish(const TestDatabase& db) {
  pqxx::connection connection{db.url()};
  for (int nth = 0; nth < transactions; ++nth) {
    pqxx::work work{connection};
    work.exec(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id) "
        "SELECT 'Ticked', '{}', 'clock', (n % 7)::text "
        "  FROM generate_series(1, 10) AS n, LATERAL (SELECT pg_sleep(0.005 + 0 * n)) AS pause");
    work.commit();
  }
}

/// 5 ms for the clock read after the COMMIT, and the histogram's resolution.
bool agree(double shown_ms, double measured_ms) {
  return std::abs(shown_ms - measured_ms) <= 5 + std::max(shown_ms, measured_ms) / 16;
}

class Lag : public testing::Test {
 protected:
  void SetUp() override {
    if (db_.value("SHOW track_commit_timestamp") != "on") {
      GTEST_SKIP() << "the server does not track commit timestamps";
    }
    db_.run("CREATE TABLE seen (event_id uuid PRIMARY KEY)");
    config_.add("seen", "Ticked", slow_projection);
  }
  [[nodiscard]] long count(const std::string& table) const {
    return db_.number("SELECT count(*) FROM " + table);
  }
  [[nodiscard]] nlohmann::json status() const {
    const tests::Ended ended = config_.run({"status", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return nlohmann::json::parse(ended.out).at("projections").at(0);
  }

  [[nodiscard]] bool newest_is_right() const {
    return db_.value(
               "SELECT abs(extract(epoch FROM last_applied_at - "
               "                   pg_xact_commit_timestamp(seen.xmin))) <= 0.005 "
               "  AND last_event_at = publication_date "
               "  FROM projection_freshness JOIN event_publication ON seq = last_seq "
               "  JOIN seen ON event_id = id ORDER BY last_seq DESC LIMIT 1") == "t";
  }

  TestDatabase db_;
  RelayConfig config_{db_.url()};
};

TEST_F(Lag, IsRightWithinFiveMilliseconds) {
  Process relay{config_.command({"run"})};
  ASSERT_TRUE(tests::eventually([&] { return count("projection_freshness") == 1; })) << relay.err();
  publish(db_);
  ASSERT_TRUE(tests::eventually([&] { return count("seen") == events; })) << relay.err();
  relay.signal(SIGTERM);
  ASSERT_EQ(relay.wait(), 0) << relay.err();

  const pqxx::result truth = db_.run(measured);
  ASSERT_EQ(truth[0][3].as<long>(), events);
  EXPECT_GT(truth[0][0].as<double>(), 20) << "the lag of this test is not what it was made to be";
  const nlohmann::json shown = status();
  const std::array names{"p50", "p95", "p99"};
  for (int i = 0; i < 3; ++i) {
    const auto shown_ms = shown.at("lag_ms").at(names[static_cast<std::size_t>(i)]).get<double>();
    const auto measured_ms = truth[0][i].as<double>();
    EXPECT_TRUE(agree(shown_ms, measured_ms))
        << names[static_cast<std::size_t>(i)] << ": shown " << shown_ms << " ms, measured "
        << measured_ms << " ms";
  }

  EXPECT_EQ(shown.at("applied_total"), events);
  EXPECT_EQ(db_.number("SELECT sum(count) FROM projection_freshness, unnest(lag_counts) AS count"),
            events);
  // The newest event's row says when it was published and when it was applied. The clock is read
  // right after the commit, and a busy machine may stop the server between the two; not
  // each time.
  bool right = newest_is_right();
  for (int again = 0; again < 5 && !right; ++again) {
    db_.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('Ticked', '{}')");
    const tests::Ended drained = config_.run({"run", "--drain"});
    ASSERT_EQ(drained.code, 0) << drained.err;
    right = newest_is_right();
  }
  EXPECT_TRUE(right);
}

}  // namespace
