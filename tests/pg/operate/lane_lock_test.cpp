#include <gmock/gmock.h>

#include <future>

#include "relay/operate/dead/discard_dead.hpp"
#include "relay/operate/dead/retry_dead.hpp"
#include "relay/operate/locks/under_lane.hpp"
#include "tests/support/dead_rows.hpp"
#include "tests/support/eventually.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;

class UnderALane : public ::testing::Test {
 protected:
  /// Whether a session of this test's database waits for a lock.
  bool somebody_waits() {
    return tests::eventually([&] {
      return db_.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "wait_event_type = 'Lock'") > 0;
    });
  }
  std::future<Discarded> discard(const std::string& projection) {
    return std::async(std::launch::async, [this, projection] {
      pg::Connection own{db_.url()};
      return discard_dead(own, find_dead(own, {.projection = projection}), "a test", {});
    });
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(UnderALane, ACommandWaitsForTheHolderAndGoesOnAfterwards) {
  rows_.register_listener("board");
  rows_.publish(1, 2);
  rows_.die("board");
  pqxx::connection relay{db_.url()};
  pqxx::work batch{relay};
  batch.exec("SELECT 1 FROM event_lane WHERE drainer = '' FOR UPDATE");
  auto discarded = discard("board");
  ASSERT_TRUE(somebody_waits());
  EXPECT_EQ(rows_.count("dead"), 1);
  batch.commit();
  EXPECT_EQ(discarded.get().number, 1);
  EXPECT_EQ(rows_.count("ready"), 1);
}

TEST_F(UnderALane, ADetachedListenersLaneIsItsOwnDrainers) {
  rows_.register_listener("slow", "block", true);
  rows_.publish(1, 1);
  rows_.die("slow");
  pqxx::connection relay{db_.url()};
  pqxx::work batch{relay};
  batch.exec("SELECT 1 FROM event_lane WHERE drainer = '' FOR UPDATE");
  EXPECT_EQ(retry_dead(connection_, find_dead(connection_, {}), {}).number, 1)
      << "the first pass is not in its way";
  batch.abort();
  db_.run("UPDATE event_delivery SET state = 'dead'");
  pqxx::work drain{relay};
  drain.exec("SELECT 1 FROM event_lane WHERE drainer = 'slow' FOR UPDATE");
  auto discarded = discard("slow");
  ASSERT_TRUE(somebody_waits());
  drain.commit();
  EXPECT_GT(discarded.get().number, 0);
}

TEST_F(UnderALane, ACommandGivesUpInWordsWhenTheLaneIsNeverFree) {
  rows_.register_listener("board");
  pqxx::connection relay{db_.url()};
  pqxx::work batch{relay};
  batch.exec("SELECT 1 FROM event_lane FOR UPDATE");
  bool changed = false;
  try {
    under_lane(
        connection_, 3, "board", [&](const HeldLane& /*held*/) { changed = true; }, 1);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did not let go of their lanes within 2 seconds"));
  }
  EXPECT_FALSE(changed);
}

TEST_F(UnderALane, TheDrainerIsJudgedAgainAfterTheLockIsHeld) {
  rows_.register_listener("board");
  db_.run("INSERT INTO event_lane SELECT lane, 'board' FROM event_lane");
  pqxx::connection deploy{db_.url()};
  pqxx::work change{deploy};
  change.exec("SELECT 1 FROM event_lane FOR UPDATE");
  change.exec("UPDATE event_listener SET detached = true");
  auto held = std::async(std::launch::async, [&] {
    pg::Connection own{db_.url()};
    std::string drainers;
    under_lane(own, 5, "board", [&](const HeldLane& lane) {
      drainers = own.exec(
                        "SELECT string_agg(drainer, ',') FROM event_lane l WHERE lane = 5 AND "
                        "EXISTS (SELECT 1 FROM event_listener WHERE name = l.drainer)")[0][0]
                     .c_str();
      EXPECT_EQ(lane.state, "active");
      // A row lock of our own is seen by another session only.
      pqxx::connection other{db_.url()};
      pqxx::work look{other};
      EXPECT_TRUE(look.exec("SELECT 1 FROM event_lane WHERE lane = 5 AND drainer = 'board' FOR "
                            "UPDATE SKIP LOCKED")
                      .empty());
      EXPECT_FALSE(look.exec("SELECT 1 FROM event_lane WHERE lane = 5 AND drainer = '' FOR UPDATE "
                             "SKIP LOCKED")
                       .empty());
    });
    return drainers;
  });
  ASSERT_TRUE(somebody_waits());
  change.commit();
  EXPECT_EQ(held.get(), "board");
}

TEST_F(UnderALane, TwoWhoSettleTheLastDeliveriesAtOnceCompleteTheEventOnce) {
  rows_.register_listener("board");
  rows_.register_listener("slow", "block", true);
  rows_.publish(200, 1);
  rows_.die("board");
  rows_.die("slow");
  db_.run("CREATE TABLE completions (id uuid)");
  db_.run(
      "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
      "completions VALUES (new.id); RETURN new; END $$");
  db_.run(
      "CREATE TRIGGER note BEFORE UPDATE ON event_publication FOR EACH ROW WHEN "
      "(new.completion_date IS NOT NULL) EXECUTE FUNCTION note()");
  auto one = discard("board");
  auto other = discard("slow");
  EXPECT_EQ(one.get().number, 200);
  EXPECT_EQ(other.get().number, 200);
  EXPECT_EQ(rows_.complete(), 200);
  EXPECT_EQ(db_.number("SELECT count(*) FROM completions"), 200);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery"), 0);
}

// The interleaving that a count in the deleting statement's snapshot gets wrong, by hand.
TEST_F(UnderALane, WhoSettlesSecondWaitsForTheEventsRowAndSeesTheFirst) {
  rows_.register_listener("board");
  rows_.register_listener("slow", "block", true);
  rows_.publish(1, 1);
  rows_.die("board");
  rows_.die("slow");
  pqxx::connection first{db_.url()};
  pqxx::work settling{first};
  settling.exec("SELECT 1 FROM event_publication FOR UPDATE");
  settling.exec("DELETE FROM event_delivery WHERE listener = 'slow'");
  auto second = discard("board");
  ASSERT_TRUE(somebody_waits());
  settling.commit();
  EXPECT_GT(second.get().number, 0);
  EXPECT_EQ(rows_.complete(), 1);
}

}  // namespace
}  // namespace relay::operate
