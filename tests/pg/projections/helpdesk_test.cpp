#include "tests/pg/projections/helpdesk.hpp"

#include <gtest/gtest.h>

#include "projections/harness/history.hpp"
#include "projections/harness/replay.hpp"
#include "projections/harness/scenario.hpp"
#include "projections/harness/transaction.hpp"
#include "projections/sql/sql_projection.hpp"
#include "projections/type_pattern.hpp"
#include "tests/support/test_database.hpp"

namespace {

using namespace projections;
using harness::Scenario;

class HelpDesk : public testing::Test {
 protected:
  void SetUp() override {
    db_.run(tests::helpdesk_tables());
    shipped_ = tests::shipped_projections();
  }
  const Projection& named(const std::string& name) {
    for (const auto& shipped : shipped_) {
      if (shipped.projection.options.name == name) return shipped.projection;
    }
    throw std::invalid_argument{name};
  }
  static harness::GivenEvent incident(const std::string& number, const std::string& state,
                                      const std::string& group, const std::string& time) {
    return {"IncidentChanged", number,
            R"({"state":")" + state + R"(","assignment_group":")" + group +
                R"(","at":"2024-01-01T)" + time + R"(:00Z"})",
            "incident"};
  }

  tests::TestDatabase db_;
  std::vector<tests::ShippedProjection> shipped_;
};

TEST_F(HelpDesk, ShipsThreeProjectionsThatPlanWithoutAFault) {
  ASSERT_EQ(shipped_.size(), 3U);
  harness::Transaction transaction{db_.url()};
  for (const auto& [projection, tables] : shipped_) {
    const auto& handler = dynamic_cast<SqlProjection&>(*projection.handler);
    EXPECT_TRUE(handler.explain(transaction.tx()).empty()) << projection.options.name;
    EXPECT_TRUE(listens(projection.options, "IncidentOpened", {}));
  }
}

TEST_F(HelpDesk, ShowsTheLastStateOfEachIncident) {
  Scenario board{db_.url(), named("incident_board")};
  board.given(incident("INC1", "New", "A", "10:00")).given(incident("INC2", "New", "?", "10:01"));
  board.given(incident("INC1", "Active", "B", "10:02"));
  ASSERT_TRUE(board.when_applied());
  const auto shown = board.then(
      "SELECT number, state, assignment_group, opened_at::time, updated_at::time, last_seq "
      "FROM incident_board ORDER BY 1",
      {{"INC1", "Active", "B", "10:00:00", "10:02:00", "3"},
       {"INC2", "New", "?", "10:01:00", "10:01:00", "2"}});
  EXPECT_TRUE(shown) << shown.difference;
}

TEST_F(HelpDesk, CountsAnIncidentThatMovesClosesAndReopens) {
  Scenario groups{db_.url(), named("open_by_group")};
  const std::string query = "SELECT * FROM open_by_group ORDER BY 1";
  groups.given(incident("INC1", "New", "A", "10:00")).given(incident("INC2", "New", "A", "10:00"));
  ASSERT_TRUE(groups.when_applied());
  EXPECT_TRUE(groups.then(query, {{"A", "2"}}));
  groups.given(incident("INC1", "Active", "B", "10:01"));
  ASSERT_TRUE(groups.when_applied());
  EXPECT_TRUE(groups.then(query, {{"A", "1"}, {"B", "1"}}));
  groups.given(incident("INC1", "Closed", "B", "10:02"))
      .given(incident("INC2", "Closed", "A", "1:0"));
  ASSERT_TRUE(groups.when_applied());
  EXPECT_TRUE(groups.then(query, {}));
  groups.given(incident("INC1", "Active", "?", "10:03"));
  ASSERT_TRUE(groups.when_applied());
  EXPECT_TRUE(groups.then(query, {{"?", "1"}}));
}

TEST_F(HelpDesk, SumsTheStaysInEachStateAcrossBatches) {
  Scenario times{db_.url(), named("time_in_state")};
  times.given(incident("INC1", "New", "A", "10:00"))
      .given(incident("INC1", "Active", "A", "10:10"));
  ASSERT_TRUE(times.when_applied());
  times.given(incident("INC1", "New", "A", "10:30"))
      .given(incident("INC1", "Closed", "A", "10:35"));
  ASSERT_TRUE(times.when_applied());
  const auto sums = times.then("SELECT state, seconds::int FROM time_in_state ORDER BY 1",
                               {{"Active", "1200"}, {"New", "900"}});
  EXPECT_TRUE(sums) << sums.difference;
}

// The log as a table, and what plain SQL makes of it.
constexpr auto log_table =
    "CREATE TABLE log AS SELECT seq, aggregate_id AS number, payload->>'state' AS state, "
    "payload->>'assignment_group' AS grp, payload->>'assigned_to' AS who, "
    "payload->>'priority' AS priority, (payload->>'at')::timestamptz AS at FROM (SELECT *, "
    "serialized_event::jsonb AS payload FROM event_publication) AS e";
constexpr auto last_rows =
    "(SELECT DISTINCT ON (number) * FROM log ORDER BY number, seq DESC) AS l";

TEST_F(HelpDesk, AgreesWithPlainSqlOverTheWholeIncidentLog) {
  const auto given = tests::incident_log(10'000);
  if (given.empty()) GTEST_SKIP() << "the incident log is not here; see FRESHET_INCIDENT_LOG";
  ASSERT_EQ(given.size(), 5998U);
  harness::Transaction transaction{db_.url()};
  Tx& tx = transaction.tx();
  harness::History history;
  for (const auto& event : given) history.add(event, tx);
  history.publish(0, history.size(), tx);
  const auto events = history.events();
  for (std::size_t from = 0; from < events.size(); from += 500) {
    const auto part =
        std::span{events}.subspan(from, std::min<std::size_t>(500, events.size() - from));
    for (const auto& shipped : shipped_) {
      const auto report = harness::replay(shipped.projection, part, tx);
      ASSERT_TRUE(report) << report.difference;
    }
  }
  tx.exec(log_table);
  const auto differ = [&](const std::string& model, const std::string& plain) {
    const auto both = "(" + model + " EXCEPT ALL (" + plain + ")) UNION ALL ((" + plain +
                      ") EXCEPT ALL " + model + ")";
    return tx.exec("SELECT count(*) FROM (" + both + ") AS d")[0][0].as<long>();
  };
  EXPECT_EQ(differ("SELECT * FROM incident_board",
                   "SELECT number, state, grp, who, priority, (SELECT at FROM log f WHERE f.number "
                   "= l.number ORDER BY seq LIMIT 1), at, seq FROM " +
                       std::string{last_rows}),
            0);
  EXPECT_EQ(differ("SELECT * FROM open_by_group",
                   "SELECT grp, count(*) FROM " + std::string{last_rows} +
                       " WHERE state NOT IN ('Resolved', 'Closed') GROUP BY 1"),
            0);
  EXPECT_EQ(
      differ("SELECT * FROM time_in_state",
             "SELECT number, state, sum(extract(epoch FROM next - at)) FROM (SELECT *, lead(at) "
             "OVER (PARTITION BY number ORDER BY seq) AS next FROM log) AS s "
             "WHERE next IS NOT NULL GROUP BY 1, 2"),
      0);
  EXPECT_EQ(tx.exec("SELECT count(*) FROM incident_board")[0][0].as<long>(), 890);
  EXPECT_GT(tx.exec("SELECT count(*) FROM time_in_state")[0][0].as<long>(), 890);
}

}  // namespace
