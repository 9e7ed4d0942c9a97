#include "projections/harness/laws.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "projections/projections.hpp"
#include "projections/sql/sql_projection.hpp"
#include "tests/pg/projections/helpdesk.hpp"
#include "tests/pg/projections/published.hpp"
#include "tests/support/test_database.hpp"

namespace {

using namespace projections;
using harness::GivenEvent;
using harness::Laws;
using harness::Report;

std::vector<GivenEvent> counted(int n) {
  std::vector<GivenEvent> events;
  for (int i = 0; i < n; ++i) {
    const nlohmann::json payload = {{"n", i}};
    events.push_back({"Happened", std::to_string(i % 3), payload.dump()});
  }
  return events;
}

class HarnessLaws : public testing::Test {
 protected:
  void SetUp() override { db_.run("CREATE TABLE model (key text PRIMARY KEY, n numeric)"); }

  [[nodiscard]] Laws laws(const Projection& projection) const {
    return {db_.url(), projection, {"model"}, counted(20)};
  }
  static Projection sql(const std::string& statement) {
    return tests::projection_of(sql_projection({statement}));
  }
  tests::TestDatabase db_;
};

constexpr auto sum_per_key =
    "INSERT INTO model SELECT aggregate_id, sum((payload->>'n')::int) FROM events GROUP BY 1 "
    "ORDER BY 1 ON CONFLICT (key) DO UPDATE SET n = model.n + EXCLUDED.n";

TEST_F(HarnessLaws, PassAProjectionThatKeepsThemAndLeaveNothingBehind) {
  db_.run("INSERT INTO model VALUES ('mine', 1)");
  const auto projection = sql(sum_per_key);
  const Report report = laws(projection).all();
  EXPECT_TRUE(report) << report.difference;
  EXPECT_EQ(db_.value("SELECT string_agg(key, ' ') FROM model"), "mine");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
}

TEST_F(HarnessLaws, CatchAProjectionThatCountsBatchesAsABreachOfBatching) {
  const auto projection =
      sql("INSERT INTO model VALUES ('batches', 1) "
          "ON CONFLICT (key) DO UPDATE SET n = model.n + 1");
  EXPECT_TRUE(laws(projection).redelivery());
  const Report report = laws(projection).batching();
  EXPECT_NE(report.difference.find("in one batch: (batches,1)"), std::string::npos)
      << report.difference;
}

TEST_F(HarnessLaws, CatchAClockAsABreachOfBatching) {
  const auto projection =
      sql("INSERT INTO model SELECT aggregate_id, extract(epoch FROM now()) "
          "FROM events GROUP BY 1 ON CONFLICT DO NOTHING");
  EXPECT_FALSE(laws(projection).batching());
}

TEST_F(HarnessLaws, CatchStateThatWasNotNamedAsABreachOfRebuild) {
  db_.run("CREATE TABLE hidden (n int); INSERT INTO hidden VALUES (0)");
  const auto projection = tests::projection_of(
      sql_projection({"UPDATE hidden SET n = n + (SELECT count(*) FROM events)",
                      "INSERT INTO model SELECT 'sum', n FROM hidden "
                      "ON CONFLICT (key) DO UPDATE SET n = EXCLUDED.n"}));
  EXPECT_TRUE(laws(projection).batching());
  const Report report = laws(projection).rebuild();
  EXPECT_NE(report.difference.find("live: (sum,20)\n  rebuilt: (sum,40)"), std::string::npos)
      << report.difference;
}

TEST_F(HarnessLaws, CatchAHandlerThatForgetsItsGuardAsABreachOfRedelivery) {
  int calls = 0;
  const Projection forgetful =
      tests::projection_of(batch([&](const Batch& events, Context& context) {
        context.tx().exec("DELETE FROM processed_events");  // so that nothing is known to be done
        context.tx().exec("INSERT INTO model VALUES ($1, $2)", std::to_string(++calls),
                          std::to_string(events.size()));
        return Outcome::applied();
      }));
  EXPECT_FALSE(laws(forgetful).redelivery());
}

TEST_F(HarnessLaws, NameTheEventThatFails) {
  const auto projection =
      sql("INSERT INTO model SELECT aggregate_id, 1 / ((payload->>'n')::int - 7) "
          "FROM events ON CONFLICT DO NOTHING");
  EXPECT_EQ(laws(projection).batching().difference, "event 8 (Happened) failed: division by zero");
}

TEST(ShippedProjections, KeepTheThreeLawsOverTheIncidentLog) {
  const auto events = tests::incident_log(300);
  if (events.empty()) GTEST_SKIP() << "the incident log is not here; see FRESHET_INCIDENT_LOG";
  const tests::TestDatabase db;
  db.run(tests::helpdesk_tables());
  for (const auto& shipped : tests::shipped_projections()) {
    const Report report = Laws{db.url(), shipped.projection, shipped.tables, events}.all();
    EXPECT_TRUE(report) << shipped.projection.options.name << ": " << report.difference;
  }
}

std::vector<GivenEvent> lively_incidents() {
  const std::vector<std::string> states = {"New", "Active", "Resolved", "Closed", "Active"};
  std::vector<GivenEvent> events;
  for (unsigned i = 0; i < 120; ++i) {
    const std::string minute = std::to_string(10 + i * 13 % 47);
    nlohmann::json payload = {{"state", states[i * 3 % 11 % 5]},
                              {"at", "2024-01-01T00:" + minute + ":00Z"}};
    if (i * 5 % 7 != 0) payload["assignment_group"] = i * i % 4 == 0 ? "even" : "odd";
    const std::string number = std::to_string(i * 7 % 5);
    events.push_back({"IncidentChanged", number, payload.dump(), "incident"});
  }
  return events;
}

TEST(ShippedProjections, KeepTheThreeLawsWhenIncidentsMoveCloseAndReopen) {
  const tests::TestDatabase db;
  db.run(tests::helpdesk_tables());
  for (const auto& shipped : tests::shipped_projections()) {
    for (unsigned seed = 1; seed < 4; ++seed) {
      const Laws laws{db.url(), shipped.projection, shipped.tables, lively_incidents(), seed};
      const Report report = laws.all();
      EXPECT_TRUE(report) << shipped.projection.options.name << ": " << report.difference;
    }
  }
}

}  // namespace
