#include "relay/operate/judge.hpp"

#include <gtest/gtest.h>

#include "relay/operate/show_status.hpp"

namespace relay::operate {
namespace {

TEST(Judge, ActivityTellsIdleLiveAndStalledApart) {
  EXPECT_EQ(activity({}), Activity::idle);
  EXPECT_EQ(activity({.applied_ms_ago = 4'999}), Activity::live);
  EXPECT_EQ(activity({.applied_ms_ago = 5'001}), Activity::idle);
  EXPECT_EQ(activity({.applied_ms_ago = 5'001, .oldest_pending_ms = 100}), Activity::live);
  EXPECT_EQ(activity({.applied_ms_ago = 5'001, .oldest_pending_ms = 5'001}), Activity::stalled);
  EXPECT_EQ(activity({.applied_ms_ago = 1'000, .oldest_pending_ms = 90'000}), Activity::live);
  EXPECT_EQ(activity({.oldest_pending_ms = 5'001}), Activity::stalled);
  EXPECT_EQ(activity({.pending_known = false}), Activity::stalled);
}

TEST(Judge, TheBadgeGoesByTheWorseOfLagAndAge) {
  EXPECT_EQ(badge({}, 100, 500), Badge::green);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 99.9}, 100, 500), Badge::green);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 100}, 100, 500), Badge::yellow);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 500}, 100, 500), Badge::yellow);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 501}, 100, 500), Badge::red);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 1, .oldest_pending_ms = 501}, 100, 500),
            Badge::red);
  EXPECT_EQ(badge({.applied_ms_ago = 10, .p95_ms = 9}, 5, 8), Badge::red);
}

TEST(Judge, AnOldLagNoLongerCounts) {
  EXPECT_EQ(badge({.applied_ms_ago = 60'001, .p95_ms = 9'000}, 100, 500), Badge::green);
  EXPECT_EQ(badge({.applied_ms_ago = 60'000, .p95_ms = 9'000}, 100, 500), Badge::red);
}

Snapshot snapshot_of_two_instances() {
  Snapshot snapshot;
  snapshot.listeners["board"] = {{"Incident*"}, "projection", "active", "", ""};
  Measured one{"a", 500, 900, "2026-01-01T00:00:00.000Z", 40, {{bucket_of_us(1'000), 90}}, ""};
  Measured two{"b", 400, 800, "2026-01-01T00:00:01.000Z", 2, {{bucket_of_us(90'000), 10}}, "slow"};
  Measured old{
      "c",   900'000, 900'000, "2025-01-01T00:00:00.000Z", 5, {{bucket_of_us(9'000'000), 900}},
      "gone"};
  snapshot.measured["board"] = {one, two, old};
  snapshot.pending = {{{"IncidentCreated", std::nullopt, 3, 200},
                       {"Other", std::nullopt, 7, 99'000},
                       {"Other", "board", 2, 100},
                       {"Other", "ghost", 4, 100}}};
  return snapshot;
}

TEST(Judge, InstancesAreMergedAndOldOnesLeftOut) {
  const Status status = judge("main", {{"board", {"Incident*"}}}, snapshot_of_two_instances());
  ASSERT_EQ(status.projections.size(), 1U);
  const ProjectionStatus& board = status.projections[0];
  ASSERT_TRUE(board.lag);
  EXPECT_NEAR(board.lag->p50, 1.0, 0.1);
  EXPECT_NEAR(board.lag->p95, 90, 6);
  EXPECT_EQ(board.applied_total, 47);
  EXPECT_EQ(board.last_applied, "2026-01-01T00:00:01.000Z");
  EXPECT_EQ(board.trouble, "slow");
}

TEST(Judge, PendingCountsWhatTheProjectionMustSee) {
  const Status status = judge("main", {{"board", {"Incident*"}}}, snapshot_of_two_instances());
  EXPECT_EQ(status.projections[0].pending, 5);
  EXPECT_TRUE(status.projections[0].pending_exact);
  EXPECT_EQ(status.projections[0].oldest_pending_ms, 200);
  EXPECT_EQ(status.projections[0].badge, Badge::yellow);
  ASSERT_EQ(status.unclaimed.size(), 1U);
  EXPECT_EQ(status.unclaimed[0].listener_id, "ghost");
  EXPECT_EQ(status.unclaimed[0].events, 4);
}

TEST(Judge, AFullLookIsMarkedAsInexact) {
  Snapshot snapshot;
  snapshot.pending = {{{"A", std::nullopt, count_limit, 10}}};
  const Status status = judge("main", {{"a", {"*"}}}, snapshot);
  EXPECT_FALSE(status.projections[0].pending_exact);
  EXPECT_NE(to_table(status, false).find("10001+"), std::string::npos);
}

TEST(Judge, AnUnknownBacklogIsNullAndRed) {
  const Status status = judge("main", {{"a", {"*"}}}, {});
  EXPECT_EQ(status.projections[0].badge, Badge::red);
  EXPECT_NE(to_json(status).find("\"pending\": null"), std::string::npos);
  EXPECT_NE(to_table(status, false).find("unknown"), std::string::npos);
}

TEST(Judge, RatesComeFromTwoLooks) {
  Status before;
  before.projections.push_back({.database = "main", .name = "a", .applied_total = 100});
  Status now = before;
  now.projections[0].applied_total = 350;
  EXPECT_DOUBLE_EQ(rates_between(before, now, 2.0).at("main/a"), 125.0);
  EXPECT_TRUE(rates_between({}, now, 2.0).empty());
}

}  // namespace
}  // namespace relay::operate
