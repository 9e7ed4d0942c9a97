#include <gtest/gtest.h>

#include <future>

#include "relay/upkeep/purge.hpp"
#include "relay/upkeep/purge_all.hpp"
#include "tests/support/dead_rows.hpp"
#include "tests/support/eventually.hpp"

namespace relay::upkeep {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

const std::string old = "clock_timestamp() - interval '90 days'";

class Purging : public ::testing::Test {
 protected:
  PurgeReport report_of(const Keep& keep) {
    return purge_all(connection_, purges_of(keep).at(0), [](auto, auto) {});
  }
  std::int64_t purge(const Keep& keep) { return report_of(keep).rows; }
  /// Complete since 90 days.
  void publish_old(int events) const {
    rows_.publish(1, events);
    db_.run("UPDATE event_publication SET parked = false, completion_date = " + old);
  }
  void guard(const std::string& key, int days) const {
    db_.run("INSERT INTO processed_events VALUES ('" + key +
            "', clock_timestamp() - interval '1 day' * " + std::to_string(days) + ")");
  }
  void guard_events(int days) const {
    db_.run(
        "INSERT INTO processed_events SELECT 'board:' || id, clock_timestamp() - interval "
        "'1 day' * " +
        std::to_string(days) + " FROM event_publication");
  }
  /// By this connection so far, as far as it has not reported it yet.
  [[nodiscard]] long rows_read() {
    return connection_
        .exec(
            "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM "
            "pg_stat_xact_user_tables")[0][0]
        .as<long>();
  }
  [[nodiscard]] long count(const std::string& table) const {
    return db_.number("SELECT count(*) FROM " + table);
  }
  [[nodiscard]] bool somebody_waits_for_a_row() const {
    return db_.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event_type = 'Lock' AND query LIKE '%completion_date <%'") > 0;
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(Purging, PurgesCompletedEventsThatAreOldAndKeepsPendingOnesAndThoseOfAReplay) {
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

TEST_F(Purging, LetsNoReplayBeginThatWouldChooseWhatIsGoing) {
  publish_old(3);
  pqxx::connection other{db_.url()};
  const auto begin_replay = [&] {
    pqxx::work tx{other};
    tx.exec("SET LOCAL lock_timeout = '100ms'");
    tx.exec("INSERT INTO forward_replay (forward, topic) VALUES ('a', 'b')");
    tx.commit();
  };
  for (const Keep& keep : {Keep{.completed = 30}, Keep{.archive = 30}}) {
    purge_pages(connection_, purges_of(keep).at(0), 0, 8, true);
    EXPECT_THROW(begin_replay(), pqxx::sql_error);
    connection_.rollback();
  }
  purge_pages(connection_, purges_of({.completed = 30}).at(0), 0, 8, false);
  begin_replay();
}

TEST_F(Purging, KeepsTheGuardOfAnEventThatCouldStillComeHoweverOldItIs) {
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

TEST_F(Purging, TakesAKeyThatLooksLikeAnIdForABusinessKeyUnlessItsListenerGuardsById) {
  db_.run(
      "INSERT INTO processed_events SELECT l || ':' || gen_random_uuid(), clock_timestamp() - "
      "interval '90 days' FROM unnest('{board,other}'::text[]) l");
  db_.run("INSERT INTO processed_events VALUES ('board:incident:7', now() - interval '90 days')");
  EXPECT_EQ(purge({.guards = 7, .guarded_by_id = {"board"}}), 1);
  EXPECT_EQ(purge({.guards = 7, .business_guards = 60, .guarded_by_id = {"board"}}), 2);
}

TEST_F(Purging, KeepsGuardsOfEventsNoLessThanSevenDaysWhateverIsAsked) {
  guard("board:00000000-0000-0000-0000-000000000001", 6);
  guard("board:00000000-0000-0000-0000-000000000002", 8);
  EXPECT_EQ(purge({.guards = 1, .guarded_by_id = {"board"}}), 1);
  EXPECT_EQ(count("processed_events"), 1);
}

TEST_F(Purging, KeepsGuardsThatAreYoungerThanTheOldestOpenDelivery) {
  rows_.register_listener("board");
  rows_.publish(1, 2);
  rows_.die("board");
  db_.run("UPDATE event_publication SET publication_date = clock_timestamp() - interval '60 days'");
  guard("board:00000000-0000-0000-0000-000000000001", 40);
  guard("board:00000000-0000-0000-0000-000000000002", 61);
  EXPECT_EQ(purge({.guards = 30, .guarded_by_id = {"board"}}), 1);
  db_.run("DELETE FROM event_delivery");
  EXPECT_EQ(purge({.guards = 30, .guarded_by_id = {"board"}}), 1);
}

TEST_F(Purging, KeepsAllGuardsWhileItCannotBeToldHowOldTheOldestOpenDeliveryIs) {
  rows_.register_listener("board");
  rows_.publish(1, 1);
  rows_.die("board");
  db_.run("DELETE FROM event_publication");
  guard("board:00000000-0000-0000-0000-000000000001", 90);
  EXPECT_EQ(purge({.guards = 30, .guarded_by_id = {"board"}}), 0);
}

TEST_F(Purging, KeepsWhatIsOwedToSomebodyBeItADeadLetterOrOfAPausedListener) {
  rows_.register_listener("board");
  publish_old(4);
  db_.run("UPDATE event_publication SET parked = true, completion_date = NULL WHERE seq % 2 = 0");
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT id, "
      "'board', 0, seq, 'k', CASE WHEN seq % 2 = 0 THEN 'dead' ELSE 'ready' END FROM "
      "event_publication");
  EXPECT_EQ(purge({.completed = 30}), 0) << "not even of those that somebody completed by hand";
  db_.run("DELETE FROM event_delivery");
  EXPECT_EQ(purge({.completed = 30}), 2);
}

TEST_F(Purging, KeepsAnEventThatIsMadePendingAgainAtThatMoment) {
  publish_old(3);
  pqxx::connection somebody{db_.url()};
  pqxx::work tx{somebody};
  tx.exec("UPDATE event_publication SET completion_date = NULL WHERE id = '" + rows_.event("k1") +
          "'");
  auto rows = std::async(std::launch::async, [&] { return purge({.completed = 30}); });
  EXPECT_TRUE(eventually([&] { return somebody_waits_for_a_row(); }));
  tx.commit();
  EXPECT_EQ(rows.get(), 2);
  EXPECT_EQ(count("event_publication WHERE completion_date IS NULL"), 1);
}

TEST_F(Purging, StepsOverARowThatAForeignKeyHoldsAndSaysSo) {
  publish_old(300);
  db_.run("CREATE TABLE mine (event uuid REFERENCES event_publication)");
  db_.run("INSERT INTO mine VALUES ('" + rows_.event("k1") + "')");
  const PurgeReport report = report_of({.completed = 30});
  EXPECT_EQ(report.left_out, 1);
  EXPECT_NE(report.why_left_out.find("foreign key"), std::string::npos) << report.why_left_out;
  EXPECT_GT(report.rows, 0);
  EXPECT_EQ(report.rows, 300 - count("event_publication"));
}

TEST_F(Purging, OfTheArchiveKeepsWhatIsYoungOrHasNoDateAndAllOfItDuringAReplay) {
  db_.run(
      "INSERT INTO event_publication_archive (id, event_type, serialized_event, "
      "publication_date, completion_date) SELECT gen_random_uuid(), 'Thing', '{}', " +
      old + ", d FROM unnest(ARRAY[" + old + ", now(), NULL]) d");
  db_.run("INSERT INTO forward_replay (forward, topic) VALUES ('a', 'b')");
  EXPECT_EQ(purge({.archive = 30}), 0);
  db_.run("UPDATE forward_replay SET ended_at = clock_timestamp()");
  EXPECT_EQ(purge({.archive = 30}), 1);
  EXPECT_EQ(count("event_publication_archive"), 2);
}

TEST_F(Purging, OfAttemptsKeepsTheHistoryOfWhatIsStillOpen) {
  rows_.register_listener("board");
  rows_.publish(2, 1);
  rows_.die("board");
  db_.run("UPDATE event_attempt SET at = " + old);
  db_.run(
      "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) SELECT "
      "event_id, 'other', 1, 'event', 'boom' FROM event_delivery");
  db_.run("DELETE FROM event_delivery WHERE key LIKE '%k2'");
  EXPECT_EQ(purge({.attempts = 30}), 1);
  EXPECT_EQ(count("event_attempt WHERE listener = 'board'"), 1);
  EXPECT_EQ(count("event_attempt WHERE listener = 'other'"), 2);
}

TEST_F(Purging, OfFreshnessAndTheOperatorsLogGoesByTheirOwnDates) {
  db_.run(
      "INSERT INTO projection_freshness (listener, instance, seen_at) VALUES ('board', 'gone', " +
      old + "), ('board', 'here', now())");
  db_.run("INSERT INTO operator_log (at, os_user, command) VALUES (" + old +
          ", 'me', 'pause'), (now(), 'me', 'resume')");
  EXPECT_EQ(purge({.freshness = 30}), 1);
  EXPECT_EQ(purge({.operator_log = 30}), 1);
  EXPECT_EQ(count("projection_freshness WHERE instance = 'here'"), 1);
  EXPECT_EQ(count("operator_log WHERE command = 'resume'"), 1);
}

TEST_F(Purging, GoesOnWhereAnotherRelayWasCutOffAndRestsAfterItsEnd) {
  publish_old(3'000);
  const auto chore = [] { return purge_chore(purges_of({.completed = 30}).at(0)); };
  EXPECT_TRUE(chore()->step(connection_).more);
  const long first = db_.number("SELECT next_page FROM upkeep_sweep");
  EXPECT_GT(first, 0);
  EXPECT_TRUE(chore()->step(connection_).more);
  EXPECT_GT(db_.number("SELECT next_page FROM upkeep_sweep"), first);
  const auto last = chore();
  while (last->step(connection_).more) continue;
  EXPECT_EQ(count("event_publication"), 0);
  EXPECT_EQ(db_.number("SELECT removed FROM upkeep_sweep WHERE finished_at IS NOT NULL"), 3'000);
  EXPECT_GT(chore()->step(connection_).pause, 50min) << "each hour, whichever relay it is";
  db_.run("UPDATE upkeep_sweep SET finished_at = now() + interval '1 year'");
  EXPECT_LT(chore()->step(connection_).pause, 61min) << "the clock was wrong then";
}

TEST_F(Purging, TheSweepStepsOverARowThatAForeignKeyHoldsToo) {
  publish_old(300);
  db_.run("CREATE TABLE mine (event uuid REFERENCES event_publication)");
  db_.run("INSERT INTO mine VALUES ('" + rows_.event("k1") + "')");
  const auto chore = purge_chore(purges_of({.completed = 30}).at(0));
  for (int steps = 0; chore->step(connection_).more; ++steps) ASSERT_LT(steps, 50);
  EXPECT_LT(count("event_publication"), 300);
  EXPECT_GT(count("event_publication"), 0);
}

TEST_F(Purging, ReadsItsPagesAloneWhateverTheStatisticsSay) {
  publish_old(30'000);
  db_.run("INSERT INTO processed_events SELECT 'board:' || id, " + old + " FROM event_publication");
  db_.run(
      "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error, at) SELECT "
      "id, 'board', 1, 'event', 'boom', " +
      old + " FROM event_publication");
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT id, "
      "'board', 0, seq, 'k', 'dead' FROM event_publication");
  for (const bool analysed : {false, true}) {
    if (analysed) db_.run("ANALYZE");
    for (const Purge& one :
         purges_of({.completed = 30, .guards = 30, .attempts = 30, .guarded_by_id = {"board"}})) {
      const Purge now = begun(connection_, one);
      const long before = rows_read();
      purge_pages(connection_, now, 0, 2, true);
      const long touched = rows_read() - before;
      connection_.rollback();
      EXPECT_LT(touched, 2'000) << one.name;
    }
  }
}

}  // namespace
}  // namespace relay::upkeep
