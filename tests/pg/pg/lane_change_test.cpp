#include <gtest/gtest.h>

#include <future>

#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/pg/lane_change.hpp"
#include "relay/store/outbox/claim_events.hpp"
#include "tests/support/dead_rows.hpp"
#include "tests/support/eventually.hpp"

namespace relay {
namespace {

using namespace std::chrono_literals;

/// A batch of a relay: a transaction that has taken lanes, and ends with this object.
class Batch {
 public:
  Batch(const tests::TestDatabase& db, const std::string& drainer, int lane, bool ordered = true)
      : connection_(db.url()) {
    const store::outbox::ClaimLimits limits{.ordered = ordered};
    std::vector<store::LaneRead> reads;
    if (drainer.empty()) {
      reads = store::outbox::claim_events(connection_, limits, {{.lane = lane}},
                                          store::Payloads::travel)
                  .lanes;
    } else {
      (void)store::outbox::lock_lanes(connection_, limits, drainer, {{.lane = lane}}, reads);
    }
    held_ = reads.at(0).held;
  }
  ~Batch() { end(); }
  void end() { connection_.rollback(); }
  /// Whether it was let in.
  [[nodiscard]] bool held() const { return held_; }

 private:
  pg::Connection connection_;
  bool held_ = false;
};

class LaneChange : public ::testing::TestWithParam<bool> {
 protected:
  LaneChange() {
    rows_.register_listener("quick");
    rows_.register_listener("a", "block", true);
    rows_.register_listener("b", "block", true);
  }
  std::future<void> change(const std::vector<std::string>& listeners) {
    return std::async(std::launch::async, [this, listeners] {
      pg::under_lanes_of(
          changer_, {.listeners = listeners}, [this] { during_(); }, 60s);
    });
  }
  bool somebody_waits() {
    return tests::eventually([&] {
      return db_.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "wait_event_type = 'Lock'") > 0;
    });
  }
  bool lets_in(const std::string& drainer) { return Batch{db_, drainer, 5, GetParam()}.held(); }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection changer_{db_.url()};
  std::function<void()> during_ = [] {};
};

INSTANTIATE_TEST_SUITE_P(OrderedOrNot, LaneChange, ::testing::Bool());

TEST_P(LaneChange, WaitsForTheBatchUnderWayWhileNewOnesStepBackAndOthersGoOn) {
  Batch under_way{db_, "a", 0, GetParam()};
  auto changed = change({"a"});
  ASSERT_TRUE(somebody_waits());
  EXPECT_FALSE(lets_in("a"));
  EXPECT_TRUE(lets_in("b"));
  EXPECT_TRUE(lets_in("")) << "the first pass goes on until the slow one has ended";
  EXPECT_EQ(changed.wait_for(0s), std::future_status::timeout);
  under_way.end();
  changed.get();
  EXPECT_TRUE(lets_in("a"));
}

TEST_P(LaneChange, OfSeveralListenersIsAnnouncedToAllOfThemAtOnce) {
  Batch one{db_, "a", 0, GetParam()};
  Batch other{db_, "b", 1, GetParam()};
  auto changed = change({"a", "b", "quick"});
  ASSERT_TRUE(somebody_waits());
  EXPECT_FALSE(lets_in("a"));
  EXPECT_FALSE(lets_in("b"));
  EXPECT_TRUE(lets_in(""));
  one.end();
  EXPECT_FALSE(lets_in("a")) << "or the longest would not be the last";
  other.end();
  changed.get();
}

TEST_P(LaneChange, WaitsForTheFirstPassAndForNoDetachedListenerThatStays) {
  Batch slow{db_, "a", 0, GetParam()};
  Batch under_way{db_, "", 0, GetParam()};
  auto changed = change({"quick"});
  ASSERT_TRUE(somebody_waits());
  EXPECT_FALSE(lets_in(""));
  EXPECT_TRUE(lets_in("a"));
  under_way.end();
  changed.get();
}

TEST_P(LaneChange, WaitsForARelayThatKnowsNoAnnouncements) {
  pqxx::connection before{db_.url()};
  pqxx::work batch{before};
  batch.exec("SELECT 1 FROM event_lane WHERE drainer = 'a' AND lane = 3 FOR UPDATE");
  auto changed = change({"a"});
  ASSERT_TRUE(somebody_waits());
  EXPECT_EQ(changed.wait_for(0s), std::future_status::timeout);
  batch.commit();
  changed.get();
}

TEST_P(LaneChange, ThatIsGivenUpIsNoLongerAnnounced) {
  Batch under_way{db_, "a", 0, GetParam()};
  auto changed = change({"a"});
  ASSERT_TRUE(somebody_waits());
  ASSERT_FALSE(lets_in("a"));
  changer_.cancel();  // as if its process had died
  EXPECT_ANY_THROW(changed.get());
  EXPECT_TRUE(tests::eventually([&] { return lets_in("a"); }));
}

TEST_P(LaneChange, HoldsTheDrainerThatWasAddedWhileItWaited) {
  pqxx::connection registration{db_.url()};
  pqxx::work work{registration};
  work.exec("SELECT 1 FROM event_lane WHERE drainer = '' FOR UPDATE");
  auto changed = change({"quick"});
  ASSERT_TRUE(somebody_waits());
  work.exec(
      "UPDATE event_listener SET detached = true WHERE name = 'quick';"
      "INSERT INTO event_lane SELECT lane, 'quick' FROM event_lane WHERE drainer = ''");
  long free = -1;
  during_ = [&] {
    free = db_.number(
        "SELECT count(*) FROM (SELECT FROM event_lane WHERE drainer = 'quick' FOR UPDATE SKIP "
        "LOCKED) free");
  };
  work.commit();
  changed.get();
  EXPECT_EQ(free, 0);
}

TEST_P(LaneChange, ThatMovesAForwardWaitsForItsBatchAsWell) {
  db_.run("DELETE FROM event_listener WHERE name <> 'quick'");
  rows_.register_listener("kafka", "block", true);
  db_.run("UPDATE event_listener SET kind = 'forward' WHERE name = 'kafka'");
  Batch sending{db_, "kafka", 0, GetParam()};
  during_ = [&] {
    changer_.exec("UPDATE event_listener SET state = 'retired' WHERE name = 'quick'");
  };
  auto changed = change({"quick"});
  ASSERT_TRUE(somebody_waits());
  EXPECT_EQ(db_.value("SELECT detached FROM event_listener WHERE name = 'kafka'"), "t");
  EXPECT_FALSE(lets_in("kafka"));
  sending.end();
  changed.get();
  EXPECT_EQ(db_.value("SELECT detached FROM event_listener WHERE name = 'kafka'"), "f");
}

}  // namespace
}  // namespace relay
