#include <gtest/gtest.h>

#include "relay/upkeep/lease.hpp"
#include "relay/upkeep/purge_all.hpp"
#include "relay/upkeep/repair.hpp"
#include "tests/support/dead_rows.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;

class UpkeepOf : public ::testing::Test {
 protected:
  void repair() { repair_once(connection_, 30s); }
  std::int64_t purge(const Keep& keep) {
    std::int64_t rows = 0;
    for (const Purge& one : purges_of(keep)) {
      rows += purge_all(connection_, one, [](auto, auto) {}).rows;
    }
    return rows;
  }
  [[nodiscard]] long repaired(const std::string& kind) const {
    return db_.number("SELECT coalesce(sum(repaired), 0) FROM upkeep_repair WHERE kind = '" + kind +
                      "'");
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(UpkeepOf, WakesAKeyWhoseFirstDeliveryWaitsForNobodyAndSaysSo) {
  rows_.register_listener("board");
  rows_.publish(3, 4);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET state = 'waiting' WHERE state = 'dead' AND key LIKE '%k2'");
  repair();
  EXPECT_EQ(rows_.count("ready"), 4);
  EXPECT_EQ(rows_.count("waiting"), 6);
  EXPECT_EQ(repaired("waiting"), 4);
}

TEST_F(UpkeepOf, LeavesAloneWhatWaitsBehindADeadLetterOrARetry) {
  rows_.register_listener("board");
  rows_.publish(2, 4);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET state = 'retrying' WHERE state = 'dead' AND key LIKE '%k2'");
  repair();
  EXPECT_EQ(rows_.count("ready"), 0);
  EXPECT_EQ(rows_.count("waiting"), 6);
  EXPECT_EQ(db_.number("SELECT count(*) FROM upkeep_repair"), 0);
  EXPECT_EQ(rows_.complete(), 0);
}

TEST_F(UpkeepOf, CompletesParkedEventsThatOweNothingAndNoOthers) {
  rows_.register_listener("board");
  rows_.publish(2, 3);
  rows_.die("board", "k1");
  repair();
  EXPECT_EQ(rows_.complete(), 3);
  EXPECT_EQ(repaired("parked"), 3);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE parked"), 3);
}

TEST_F(UpkeepOf, RemovesDeliveriesWithoutAnEventAndWakesWhatWaitedBehindThem) {
  rows_.register_listener("board");
  rows_.publish(1, 3);
  rows_.die("board");
  db_.run("DELETE FROM event_publication WHERE id = '" + rows_.event("k1") + "'");
  repair();
  EXPECT_EQ(rows_.count("dead"), 0);
  EXPECT_EQ(rows_.count("ready"), 2);
  EXPECT_EQ(repaired("orphaned"), 1);
}

TEST_F(UpkeepOf, LeasesToOneAtATimeUntilItIsGivenBackOrOver) {
  pg::Connection other{db_.url()};
  Lease one{"one"};
  Lease two{"two"};
  EXPECT_TRUE(one.keep(connection_));
  EXPECT_FALSE(two.keep(other));
  one.release(connection_);
  EXPECT_TRUE(two.keep(other));
  EXPECT_FALSE(one.keep(connection_));
  db_.run("UPDATE upkeep_lease SET held_until = clock_timestamp() - interval '1 s'");
  EXPECT_TRUE(one.keep(connection_));
}

TEST_F(UpkeepOf, PurgesCompletedEventsThatAreOldAndKeepsPendingOnesAndThoseOfAReplay) {
  rows_.publish(1, 30);
  db_.run(
      "UPDATE event_publication SET parked = false, completion_date = clock_timestamp() - "
      "interval '1 day' * CASE WHEN seq % 3 = 0 THEN 31 ELSE 29 END WHERE seq % 3 < 2");
  db_.run("INSERT INTO forward_replay (forward, topic) VALUES ('a', 'b')");
  EXPECT_EQ(purge({.completed = 30}), 0);
  db_.run("UPDATE forward_replay SET ended_at = clock_timestamp()");
  EXPECT_EQ(purge_estimate(connection_, purges_of({.completed = 30}).at(0)).rows, 10);
  EXPECT_EQ(purge({.completed = 30}), 10);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 20);
}

TEST_F(UpkeepOf, KeepsTheGuardOfAnEventThatCouldStillComeHoweverOldItIs) {
  rows_.publish(1, 4);
  db_.run(
      "UPDATE event_publication SET parked = false, completion_date = clock_timestamp() WHERE "
      "id NOT IN ('" +
      rows_.event("k1", 1) + "', '" + rows_.event("k1", 2) + "')");
  db_.run("UPDATE event_publication SET parked = false WHERE id = '" + rows_.event("k1", 2) + "'");
  db_.run(
      "INSERT INTO processed_events SELECT 'board:' || id, clock_timestamp() - interval '90 "
      "days' FROM event_publication");
  EXPECT_EQ(purge({.guards = 7, .guarded_by_id = {"board"}}), 2);
}

TEST_F(UpkeepOf, TakesAKeyThatLooksLikeAnIdForABusinessKeyUnlessItsListenerGuardsById) {
  db_.run(
      "INSERT INTO processed_events SELECT l || ':' || gen_random_uuid(), clock_timestamp() - "
      "interval '90 days' FROM unnest('{board,other}'::text[]) l");
  db_.run("INSERT INTO processed_events VALUES ('board:incident:7', now() - interval '90 days')");
  EXPECT_EQ(purge({.guards = 7, .guarded_by_id = {"board"}}), 1);
  EXPECT_EQ(purge({.guards = 7, .business_guards = 60, .guarded_by_id = {"board"}}), 2);
}

}  // namespace
}  // namespace relay::upkeep
