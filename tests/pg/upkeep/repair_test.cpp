#include <gtest/gtest.h>

#include <future>

#include "relay/upkeep/repair.hpp"
#include "tests/support/dead_rows.hpp"
#include "tests/support/eventually.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

class Repair : public ::testing::Test {
 protected:
  void repair() { repair_once(connection_, 30s); }
  [[nodiscard]] long repaired(const std::string& kind) const {
    return db_.number("SELECT coalesce(sum(repaired), 0) FROM upkeep_repair WHERE kind = '" + kind +
                      "'");
  }
  /// A key whose dead letter vanished without anybody waking what waited behind it.
  void make_stuck(const std::string& key) const {
    db_.run("DELETE FROM event_delivery WHERE state = 'dead' AND key LIKE '%" + key + "'");
  }
  [[nodiscard]] std::string lane_of(const std::string& key) const {
    return db_.value("SELECT lane FROM event_delivery WHERE key LIKE '%" + key + "' LIMIT 1");
  }
  [[nodiscard]] bool somebody_waits_for_a_lane() const {
    return db_.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event_type = 'Lock' AND query LIKE '%event_lane%'") > 0;
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(Repair, WakesAKeyWhoseFirstDeliveryWaitsForNobodyAndSaysSo) {
  rows_.register_listener("board");
  rows_.publish(3, 4);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET state = 'waiting' WHERE state = 'dead' AND key LIKE '%k2'");
  repair();
  EXPECT_EQ(rows_.count("ready"), 4);
  EXPECT_EQ(rows_.count("waiting"), 6);
  EXPECT_EQ(repaired("waiting"), 4);
}

TEST_F(Repair, LeavesAloneWhatWaitsBehindADeadLetterOrARetry) {
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

TEST_F(Repair, CompletesParkedEventsThatOweNothingAndNoOthers) {
  rows_.register_listener("board");
  rows_.publish(2, 3);
  rows_.die("board", "k1");
  repair();
  EXPECT_EQ(rows_.complete(), 3);
  EXPECT_EQ(repaired("parked"), 3);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE parked"), 3);
}

TEST_F(Repair, RemovesDeliveriesWithoutAnEventAndWakesWhatWaitedBehindThem) {
  rows_.register_listener("board");
  rows_.publish(1, 3);
  rows_.die("board");
  db_.run("DELETE FROM event_publication WHERE id = '" + rows_.event("k1") + "'");
  repair();
  EXPECT_EQ(rows_.count("dead"), 0);
  EXPECT_EQ(rows_.count("ready"), 2);
  EXPECT_EQ(repaired("orphaned"), 1);
}

TEST_F(Repair, CountsNothingWhereTheLanesOwnBatchSawToItSinceTheLook) {
  rows_.register_listener("board");
  rows_.publish(1, 4);
  rows_.die("board");
  make_stuck("k1");
  pqxx::connection batch{db_.url()};
  pqxx::work tx{batch};
  tx.exec("SELECT FROM event_lane WHERE drainer = '' AND lane = " + lane_of("k1") + " FOR UPDATE");
  auto repaired_once = std::async(std::launch::async, [&] { repair(); });
  EXPECT_TRUE(eventually([&] { return somebody_waits_for_a_lane(); }));
  tx.exec(
      "UPDATE event_delivery SET state = 'retrying', next_attempt_at = now() WHERE seq = "
      "(SELECT min(seq) FROM event_delivery)");
  tx.commit();
  repaired_once.get();
  EXPECT_EQ(db_.number("SELECT count(*) FROM upkeep_repair WHERE kind = 'waiting'"), 0);
  EXPECT_EQ(rows_.count("waiting"), 2);
}

TEST_F(Repair, LeavesABusyLaneToTheNextWalkAndMendsTheOthers) {
  rows_.register_listener("board");
  rows_.publish(8, 2);
  rows_.die("board");
  make_stuck("");
  pqxx::connection batch{db_.url()};
  pqxx::work tx{batch};
  tx.exec(
      "SELECT FROM event_lane WHERE drainer = '' AND lane = (SELECT min(lane) FROM "
      "event_delivery) FOR UPDATE");
  repair();
  EXPECT_GT(rows_.count("ready"), 0);
  EXPECT_EQ(rows_.count("ready"), repaired("waiting"));
  EXPECT_GT(rows_.count("waiting"), 0) << "of the lane that is held";
  tx.abort();
  repair();
  EXPECT_EQ(rows_.count("ready"), 8);
  EXPECT_EQ(repaired("waiting"), 8);
}

TEST_F(Repair, LeavesAnEventAloneWhoseLastDeliveryIsBeingSettled) {
  rows_.register_listener("board");
  rows_.publish(1, 1);
  rows_.die("board");
  pqxx::connection settler{db_.url()};
  pqxx::work tx{settler};
  tx.exec("SELECT FROM event_publication FOR UPDATE");
  tx.exec("DELETE FROM event_delivery");
  tx.exec("UPDATE event_publication SET completion_date = now(), parked = false");
  repair();
  tx.commit();
  repair();
  EXPECT_EQ(db_.number("SELECT count(*) FROM upkeep_repair"), 0);
}

TEST_F(Repair, CompletesByTheModeOfTheDatabaseAndByNoneThatItDoesNotKnow) {
  rows_.publish(1, 2);
  db_.run("INSERT INTO freshet_setting VALUES ('completion', 'shred')");
  EXPECT_THROW(repair(), std::runtime_error);
  connection_.rollback();
  EXPECT_EQ(rows_.complete(), 0);
  db_.run("UPDATE freshet_setting SET value = 'archive' WHERE name = 'completion'");
  repair();
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication_archive"), 2);
  EXPECT_EQ(repaired("parked"), 2);
}

}  // namespace
}  // namespace relay::upkeep
