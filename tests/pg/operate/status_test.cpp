#include <gmock/gmock.h>

#include "relay/operate/listeners/change_listeners.hpp"
#include "relay/operate/listeners/listeners.hpp"
#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/text/show_status.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class StatusOf : public ::testing::Test {
 protected:
  ProjectionStatus board() {
    return judge("main", {{"board", {"Incident*"}}}, read_snapshot(connection_)).projections.at(0);
  }
  void pend(const std::string& type, const std::string& age, int number = 1) {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, publication_date) SELECT '" +
        type + "', '{}', clock_timestamp() - interval '" + age + "' FROM generate_series(1, " +
        std::to_string(number) + ")");
  }
  void measure(const std::string& applied_ago) {
    db_.run(
        "INSERT INTO projection_freshness (listener, instance, seen_at, last_applied_at, "
        "applied_total, lag_buckets, lag_counts) VALUES ('board', 'i', clock_timestamp(), "
        "clock_timestamp() - interval '" +
        applied_ago + "', 5, '{3}', '{5}')");
  }
  /// A delivery of an event of that age; first_failed_at only for what failed.
  void owe(const std::string& state, int seq, const std::string& age, const std::string& due = "",
           const std::string& error_class = "", const std::string& error = "",
           const std::string& key = "k") {
    db_.run(
        "WITH e AS (INSERT INTO event_publication (event_type, serialized_event, publication_date, "
        "parked) VALUES ('IncidentCreated', '{}', clock_timestamp() - interval '" +
        age + "', true) RETURNING id) INSERT INTO event_delivery (event_id, listener, lane, seq, " +
        "key, state, next_attempt_at, error_class, last_error) SELECT id, 'board', 1, " +
        std::to_string(seq) + ", '" + key + "', '" + state + "', clock_timestamp() + nullif('" +
        due + "', '')::interval, nullif('" + error_class + "', ''), nullif('" + error +
        "', '') FROM e");
  }
  void register_board(const std::string& state = "active") {
    db_.run("INSERT INTO event_listener (name, patterns, state) VALUES ('board', '{Incident*}', '" +
            state + "')");
  }
  long version() {
    return db_.number("SELECT value FROM freshet_setting WHERE name = 'listeners_version'");
  }

  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
};

TEST_F(StatusOf, NothingAtAllIsIdleAndGreenWithoutALag) {
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::idle);
  EXPECT_EQ(one.badge, Badge::green);
  EXPECT_EQ(one.registered, "no");
  EXPECT_FALSE(one.lag);
  EXPECT_EQ(one.pending, 0);
}

TEST_F(StatusOf, WorkJustDoneIsLive) {
  register_board();
  measure("1 second");
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::live);
  EXPECT_EQ(one.registered, "active");
  ASSERT_TRUE(one.lag);
  EXPECT_DOUBLE_EQ(one.lag->p99, 0.003);
  EXPECT_THAT(one.last_applied, ::testing::MatchesRegex("....-..-..T..:..:..\\....Z"));
}

TEST_F(StatusOf, WorkLongDoneIsIdle) {
  measure("10 minutes");
  EXPECT_EQ(board().activity, Activity::idle);
  EXPECT_EQ(board().badge, Badge::green);
}

TEST_F(StatusOf, OldPendingEventsWithoutWorkAreStalledAndRed) {
  measure("10 minutes");
  pend("IncidentCreated", "7 seconds", 3);
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::stalled);
  EXPECT_EQ(one.badge, Badge::red);
  EXPECT_EQ(one.pending, 3);
  EXPECT_GE(one.oldest_pending_ms.value_or(0), 7'000);
}

TEST_F(StatusOf, OthersEventsDoNotConcernAProjection) {
  pend("TicketSold", "1 hour", 3);
  EXPECT_EQ(board().activity, Activity::idle);
  EXPECT_EQ(board().pending, 0);
}

TEST_F(StatusOf, AHugeBacklogIsNotCountedToItsEnd) {
  pend("IncidentCreated", "1 minute", 12'000);
  const ProjectionStatus one = board();
  EXPECT_EQ(one.pending, count_limit);
  EXPECT_FALSE(one.pending_exact);
}

TEST_F(StatusOf, DeliveriesAreCountedByState) {
  register_board();
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT "
      "gen_random_uuid(), l, 1, n, 'k', s FROM (VALUES ('board', 'dead', 2), "
      "('board', 'waiting', 3), ('board', 'retrying', 1), ('ghost', 'ready', 4)) v (l, s, c), "
      "generate_series(1, c) n");
  const Status status = judge("main", {}, read_snapshot(connection_));
  ASSERT_EQ(status.projections.size(), 1U);
  EXPECT_EQ(status.projections[0].dead, 2);
  EXPECT_EQ(status.projections[0].waiting, 3);
  EXPECT_EQ(status.projections[0].retrying, 1);
  EXPECT_EQ(status.projections[0].ready, 0);
  ASSERT_EQ(status.unclaimed.size(), 1U);
  EXPECT_EQ(status.unclaimed[0].events, 4);
}

TEST_F(StatusOf, AMissingTopicHoldsAForwardWhichIsNeitherGreenNorIdle) {
  register_board();
  owe("retrying", 1, "7 minutes", "20 seconds", "later", "the topic is missing");
  owe("waiting", 2, "6 minutes");
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::held);
  EXPECT_EQ(one.badge, Badge::red);
  EXPECT_GE(one.oldest_owed_ms.value_or(0), 420'000);
  EXPECT_TRUE(one.oldest_owed_exact);
  EXPECT_FALSE(one.oldest_pending_ms);
  EXPECT_THAT(one.held_by, AllOf(HasSubstr("1 event(s) are tried again, next in"),
                                 HasSubstr("the topic is missing"),
                                 HasSubstr("1 event(s) wait behind earlier ones")));
}

TEST_F(StatusOf, ARetryCountsForTheBadgeAndIsStalledWhenLongPastDue) {
  register_board();
  owe("retrying", 1, "200 milliseconds", "2 seconds", "sql", "bad");
  EXPECT_EQ(board().activity, Activity::held);
  EXPECT_NE(board().badge, Badge::green);
  db_.run("UPDATE event_delivery SET next_attempt_at = clock_timestamp() - interval '6 s'");
  EXPECT_EQ(board().activity, Activity::stalled);
  measure("1 second");
  EXPECT_EQ(board().activity, Activity::live);
  EXPECT_NE(board().badge, Badge::green);
}

TEST_F(StatusOf, WaitingBehindADeadLetterIsHeldAndADeadLetterAloneIsIdle) {
  register_board();
  owe("dead", 1, "1 hour", "", "sql", "bad");
  EXPECT_EQ(board().activity, Activity::idle);
  EXPECT_EQ(board().badge, Badge::green);
  owe("waiting", 2, "50 minutes");
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::held);
  EXPECT_EQ(one.badge, Badge::red);
  EXPECT_THAT(one.held_by, HasSubstr("1 event(s) wait behind dead letters"));
  EXPECT_LT(one.oldest_owed_ms.value_or(0), 3'600'000) << "what is dead is not owed";
}

TEST_F(StatusOf, WaitingBehindNothingIsStalled) {
  register_board();
  owe("waiting", 2, "1 minute");
  owe("dead", 3, "1 minute");
  EXPECT_EQ(board().activity, Activity::stalled);
  EXPECT_THAT(board().held_by, HasSubstr("wait behind nothing"));
}

TEST_F(StatusOf, OfVeryManyRetriesTheOldestIsNotCalledFresh) {
  register_board();
  db_.run(
      "WITH e AS (INSERT INTO event_publication (event_type, serialized_event, parked) SELECT "
      "'IncidentCreated', '{}', true FROM generate_series(1, 1200) RETURNING id) "
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, next_attempt_at) "
      "SELECT id, 'board', 1, row_number() OVER (), id::text, 'retrying', "
      "clock_timestamp() + interval '1 minute' FROM e");
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::held);
  EXPECT_FALSE(one.oldest_owed_exact);
  EXPECT_NE(one.badge, Badge::green);
}

TEST_F(StatusOf, DeliveriesThatCannotBeReadInTimeAreUnknown) {
  register_board();
  pqxx::connection other{db_.url()};
  pqxx::work lock{other};
  lock.exec("LOCK TABLE event_delivery IN ACCESS EXCLUSIVE MODE");
  const ProjectionStatus one = board();
  EXPECT_EQ(one.activity, Activity::unknown);
  EXPECT_EQ(one.badge, Badge::red);
  EXPECT_FALSE(one.ready);
}

TEST_F(StatusOf, APausedProjectionSaysWhy) {
  register_board("paused");
  db_.run("UPDATE event_listener SET reason = 'table gone', paused_by = 'relay'");
  EXPECT_EQ(board().registered, "paused");
  EXPECT_EQ(board().activity, Activity::paused);
  EXPECT_EQ(board().trouble, "table gone");
  const Status status = judge("main", {}, read_snapshot(connection_));
  EXPECT_THAT(to_table(status, false),
              ::testing::ContainsRegex("board: paused by the relay since .*Z: table gone"));
  EXPECT_THAT(to_json(status), HasSubstr("\"paused_by\": \"relay\""));
}

TEST_F(StatusOf, TheBacklogIsReadByItsIndex) {
  const auto scans = [&](const std::string& table) {
    return db_.number("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = '" + table + "'");
  };
  pend("IncidentCreated", "1 minute", 3'000);
  owe("retrying", 1, "1 minute", "1 minute");
  db_.run("CREATE TABLE scanned_last ()");
  const long before = scans("event_publication");
  {
    // A session tells what it counted at its end, in the order in which it met the tables.
    pg::Connection session{db_.url()};
    (void)read_snapshot(session);
    session.exec("SELECT FROM scanned_last");
  }
  ASSERT_TRUE(tests::eventually([&] { return scans("scanned_last") == 1; }));
  EXPECT_EQ(scans("event_publication"), before);
}

TEST_F(StatusOf, RetiringBumpsTheVersionAndSaysWhatIsOwed) {
  register_board();
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) VALUES "
      "(gen_random_uuid(), 'board', 1, 1, 'k', 'dead')");
  measure("1 second");
  const long before = version();
  EXPECT_THAT(
      in_text(before_retiring(connection_, "board")),
      AllOf(HasSubstr("stop it first"), HasSubstr("Open deliveries: 1; they are discarded")));
  EXPECT_THAT(in_text(retire_listener(connection_, "board")), HasSubstr("is retired"));
  EXPECT_EQ(db_.value("SELECT state FROM event_listener"), "retired");
  EXPECT_EQ(version(), before + 1);
  EXPECT_THAT(in_text(retire_listener(connection_, "board")), HasSubstr("already"));
  EXPECT_THAT(in_text(read_listeners(connection_)), HasSubstr("retired"));
}

TEST_F(StatusOf, AnUnknownListenerIsNotRetired) {
  register_board();
  try {
    retire_listener(connection_, "baord");
    FAIL();
  } catch (const NoSuchListener& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"board\"?"));
  }
}

TEST_F(StatusOf, AChangeWaitsForTheLanesAndGivesUpInWords) {
  register_board();
  const long before = version();
  pqxx::connection other{db_.url()};
  pqxx::work batch{other};
  batch.exec("SELECT 1 FROM event_lane WHERE lane = 7 FOR UPDATE");
  bool changed = false;
  try {
    change_listeners(
        connection_, {.listeners = {"board"}}, [&] { changed = true; }, std::chrono::seconds{1});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a batch of a relay did not end within 1 s;"));
  }
  EXPECT_FALSE(changed);
  EXPECT_EQ(version(), before);
  batch.abort();
  EXPECT_THAT(in_text(retire_listener(connection_, "board")), HasSubstr("is retired"));
}

}  // namespace
}  // namespace relay::operate
