#include "relay/operate/status/judge.hpp"

#include <gtest/gtest.h>

#include "relay/operate/text/show_status.hpp"

namespace relay::operate {
namespace {

/// Everything was read; `age_ms` of the only event owed, which could be worked off.
Evidence workable(std::int64_t age_ms, std::optional<std::int64_t> applied_ms_ago = {}) {
  return {.applied_ms_ago = applied_ms_ago,
          .owed_known = true,
          .owed = 1,
          .oldest_owed_ms = age_ms,
          .oldest_exact = true,
          .workable = 1,
          .oldest_workable_ms = age_ms};
}

/// The same, but it waits for something that is known.
Evidence held(std::int64_t age_ms, std::optional<std::int64_t> applied_ms_ago = {}) {
  Evidence evidence = workable(age_ms, applied_ms_ago);
  evidence.workable = 0;
  evidence.oldest_workable_ms.reset();
  return evidence;
}

Evidence nothing_owed(std::optional<std::int64_t> applied_ms_ago = {},
                      std::optional<double> p95_ms = {}) {
  return {
      .applied_ms_ago = applied_ms_ago, .p95_ms = p95_ms, .owed_known = true, .oldest_exact = true};
}

TEST(Judge, ActivityTellsIdleLiveHeldAndStalledApart) {
  EXPECT_EQ(activity(nothing_owed()), Activity::idle);
  EXPECT_EQ(activity(nothing_owed(4'999)), Activity::live);
  EXPECT_EQ(activity(nothing_owed(5'001)), Activity::idle);
  EXPECT_EQ(activity(workable(100, 5'001)), Activity::live);
  EXPECT_EQ(activity(workable(5'001, 5'001)), Activity::stalled);
  EXPECT_EQ(activity(workable(90'000, 1'000)), Activity::live);
  EXPECT_EQ(activity(workable(5'001)), Activity::stalled);
  EXPECT_EQ(activity(held(100)), Activity::held);
  EXPECT_EQ(activity(held(90'000, 5'001)), Activity::held);
  EXPECT_EQ(activity(held(90'000, 1'000)), Activity::live);
}

TEST(Judge, WhatIsNotKnownIsNeitherGreenNorIdle) {
  EXPECT_EQ(activity({}), Activity::unknown);
  EXPECT_EQ(badge({}, 100, 500), Badge::red);
  EXPECT_EQ(activity({.applied_ms_ago = 10}), Activity::live);
  EXPECT_EQ(badge({.applied_ms_ago = 10}, 100, 500), Badge::yellow);
  Evidence ageless = held(0);
  ageless.oldest_owed_ms.reset();
  EXPECT_EQ(badge(ageless, 100, 500), Badge::red);
  Evidence partly = held(1);
  partly.oldest_exact = false;
  EXPECT_EQ(badge(partly, 100, 500), Badge::yellow);
  const Status status = judge("main", {{"a", {"*"}}}, {});
  EXPECT_EQ(status.projections[0].activity, Activity::unknown);
  EXPECT_EQ(ProjectionStatus{}.badge, Badge::red);
  EXPECT_EQ(ProjectionStatus{}.activity, Activity::unknown);
}

TEST(Judge, TheBadgeGoesByTheWorseOfLagAndAge) {
  EXPECT_EQ(badge(nothing_owed(), 100, 500), Badge::green);
  EXPECT_EQ(badge(nothing_owed(10, 99.9), 100, 500), Badge::green);
  EXPECT_EQ(badge(nothing_owed(10, 100), 100, 500), Badge::yellow);
  EXPECT_EQ(badge(nothing_owed(10, 500), 100, 500), Badge::yellow);
  EXPECT_EQ(badge(nothing_owed(10, 501), 100, 500), Badge::red);
  EXPECT_EQ(badge(workable(501, 10), 100, 500), Badge::red);
  EXPECT_EQ(badge(held(501, 10), 100, 500), Badge::red);
  EXPECT_EQ(badge(held(99), 100, 500), Badge::green);
  EXPECT_EQ(badge(nothing_owed(10, 9), 5, 8), Badge::red);
}

TEST(Judge, AnOldLagNoLongerCounts) {
  EXPECT_EQ(badge(nothing_owed(60'001, 9'000), 100, 500), Badge::green);
  EXPECT_EQ(badge(nothing_owed(60'000, 9'000), 100, 500), Badge::red);
}

TEST(Judge, RetriesAreHeldUntilTheyAreLongPastDue) {
  Snapshot snapshot;
  snapshot.measured.emplace();
  snapshot.pending.emplace();
  snapshot.deliveries = {{"out", {{"retrying", 890}, {"waiting", 10'001}}}};
  snapshot.held_back = {{"out",
                         {.oldest_ms = 400'000,
                          .due_in_ms = 4'200,
                          .last_error = "the topic \"t\" does not exist",
                          .waiting = 1'000}}};
  const ProjectionSpec spec{.name = "out", .patterns = {"*"}, .kind = "forward"};
  const Status status = judge("main", {spec}, snapshot);
  EXPECT_EQ(status.projections[0].activity, Activity::held);
  EXPECT_EQ(status.projections[0].badge, Badge::red);
  EXPECT_FALSE(status.projections[0].oldest_owed_exact);
  const std::string table = to_table(status, false);
  EXPECT_NE(table.find("out: 890 event(s) are tried again, next in 4 s: the topic \"t\" does not "
                       "exist; at least 1000 event(s) wait behind earlier ones of their keys\n"),
            std::string::npos)
      << table;
  EXPECT_NE(to_json(status).find("\"held_by\": \"890 event(s)"), std::string::npos);
  snapshot.held_back->at("out").due_in_ms = -5'001;
  EXPECT_EQ(judge("main", {spec}, snapshot).projections[0].activity, Activity::stalled);
  snapshot.held_back.reset();
  EXPECT_EQ(judge("main", {spec}, snapshot).projections[0].activity, Activity::unknown);
}

Snapshot snapshot_of_two_instances() {
  Snapshot snapshot;
  snapshot.listeners["board"] = {{"Incident*"}, "projection", "active", "", ""};
  Measured one{"a", 500, 900, "2026-01-01T00:00:00.000Z", 40, {{bucket_of_us(1'000), 90}}, ""};
  Measured two{"b", 400, 800, "2026-01-01T00:00:01.000Z", 2, {{bucket_of_us(90'000), 10}}, "slow"};
  Measured old{
      "c",   900'000, 900'000, "2025-01-01T00:00:00.000Z", 5, {{bucket_of_us(9'000'000), 900}},
      "gone"};
  snapshot.measured = {{"board", {one, two, old}}};
  snapshot.deliveries.emplace();
  snapshot.held_back.emplace();
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

TEST(Judge, WithSeveralDatabasesEveryLineSaysOfWhichAlsoWhereOneAloneAnswered) {
  Status status = judge("main", {{"board", {"Incident*"}}}, snapshot_of_two_instances());
  for (const auto& [databases, before] : {std::pair{1, ""}, std::pair{2, "main: "}}) {
    status.databases = static_cast<std::size_t>(databases);
    const std::string table = "\n" + to_table(status, false);
    EXPECT_EQ(table.starts_with("\ndatabase"), databases == 2) << table;
    for (const std::string line : {"board: slow\n", "unclaimed: 4 event(s)"}) {
      EXPECT_NE(table.find("\n" + std::string{before} + line), std::string::npos) << table;
    }
  }
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
