#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/dead_rows.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::Ended;
using tests::eventually;
using Json = nlohmann::json;

/// The built program beside a hundred events that completed 90 days ago and one dead letter.
class Retention : public ::testing::Test {
 protected:
  Retention() {
    config_.add("board", "*", tests::ThingLoad::record());
    rows_.register_listener("board");
    rows_.publish(1, 101, "old");
    db_.run(
        "UPDATE event_publication SET parked = false, completion_date = now() - interval '90 "
        "days' WHERE seq > (SELECT min(seq) FROM event_publication)");
    db_.run(
        "INSERT INTO processed_events SELECT 'board:' || id, now() - interval '90 days' FROM "
        "event_publication WHERE completion_date IS NOT NULL");
    db_.run(
        "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT id, "
        "'board', freshet_lane(aggregate_type, aggregate_id, id), seq, aggregate_type || chr(31) "
        "|| aggregate_id, 'dead' FROM event_publication WHERE parked");
    db_.run("UPDATE event_publication SET publication_date = now() - interval '80 days'");
  }
  void keep(const std::string& days) {
    config_.database_extra = "[database.retention]\n" + days + "\n";
  }
  [[nodiscard]] long completed() const { return load_.completed(); }

  tests::TestDatabase db_;
  tests::ThingLoad load_{db_};
  tests::DeadRows rows_{db_};
  tests::RelayConfig config_{db_.url()};
};

TEST_F(Retention, IsTriedWithADryRunThatTellsHowMuchWouldGoAndChangesNothing) {
  keep("completed_days = 30");
  const Ended dry = config_.run({"purge", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("main: completed events: 100 row(s) of event_publication would "
                                 "go"));
  EXPECT_EQ(completed(), 100);
}

TEST_F(Retention, IsDoneAtOnceByPurgeAndLeavesDeadLetters) {
  keep("completed_days = 30");
  const Ended purge = config_.run({"purge"});
  EXPECT_EQ(purge.code, 0) << purge.err;
  EXPECT_THAT(purge.out, HasSubstr("main: completed events: 100 row(s) of event_publication are "
                                   "gone"));
  EXPECT_EQ(completed(), 0);
  EXPECT_EQ(rows_.count("dead"), 1);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 1);
  EXPECT_EQ(load_.guards(), 100) << "nobody asked";
}

TEST_F(Retention, EndsWithCodeOneWhereAForeignKeyHoldsARow) {
  keep("completed_days = 30");
  db_.run("CREATE TABLE mine AS SELECT id FROM event_publication WHERE NOT parked LIMIT 1");
  db_.run("ALTER TABLE mine ADD FOREIGN KEY (id) REFERENCES event_publication");
  const Ended purge = config_.run({"purge"});
  EXPECT_EQ(purge.code, 1);
  EXPECT_THAT(purge.out, AllOf(HasSubstr("could not be purged"), HasSubstr("foreign key")));
}

TEST_F(Retention, IsDoneByARunningRelayBesideWorkAndStatusTellsHowFar) {
  keep("completed_days = 30\nguards_days = 30");
  tests::Process relay{config_.command({"run"})};
  load_.publish(20, 5);
  EXPECT_TRUE(eventually([&] { return completed() == 20 && load_.guards() == 20; })) << relay.err();
  EXPECT_TRUE(eventually([&] {
    return db_.number("SELECT count(*) FROM upkeep_sweep WHERE finished_at IS NOT NULL") >= 2;
  }));
  const Ended status = config_.run({"status"});
  EXPECT_THAT(status.out, AllOf(HasSubstr("purge of completed events: 100 in the last sweep"),
                                HasSubstr("purge of guards: 100 in the last sweep"),
                                Not(HasSubstr("repaired"))));
  const Json json = Json::parse(config_.run({"status", "--json"}).out);
  std::map<std::string, long> removed;
  for (const Json& purge : json["upkeep"][0]["purges"]) {
    removed[purge["name"]] = purge["removed_total"];
  }
  EXPECT_EQ(removed["completed events"], 100);
  EXPECT_EQ(removed["guards"], 100);
  EXPECT_EQ(db_.number("SELECT count(*) FROM upkeep_repair"), 0);
}

TEST_F(Retention, OfForEverIsSaidByPurgeAndMetWithAdviceByCheck) {
  keep("attempts_days = 0\nfreshness_days = 0");
  EXPECT_THAT(config_.run({"purge"}).out, HasSubstr("everything is kept for ever"));
  EXPECT_EQ(completed(), 100);
  EXPECT_THAT(config_.run({"check"}).out, HasSubstr("completed_days = 30"));
  keep("completed_days = 30");
  EXPECT_THAT(config_.run({"check"}).out, Not(HasSubstr("completed_days")));
}

TEST_F(Retention, OfGuardsForLessThanSevenDaysIsRefused) {
  keep("guards_days = 6");
  const Ended check = config_.run({"check"});
  EXPECT_EQ(check.code, 2);
  EXPECT_THAT(check.err, HasSubstr("guards_days must be 0 (for ever) or at least 7"));
}

}  // namespace
