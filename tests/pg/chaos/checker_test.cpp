// Who tests the tester: a small history without a fault, and every kind of violation planted in it.
#include "tests/chaos/checker.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/chaos/check_processes.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/pg/chaos/event_id.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/pgbouncer.hpp"
#include "tests/support/test_database.hpp"

namespace {

using chaos::Fate;
using tests::event_id;

// Key a: events 1 to 3, completed. Key b: 4 is a dead letter of board, 5 waits for board behind it.
constexpr const char* checked_history = R"(
INSERT INTO chaos_written (event_id, tx, key, kpos, seq, type, planted, hash)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, 1, CASE WHEN n < 4 THEN 'a' ELSE 'b' END,
       CASE WHEN n < 4 THEN n ELSE n - 3 END, n, 'ThingChanged', CASE WHEN n = 4 THEN 'board' END, n
  FROM generate_series(1, 5) n;
INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, aggregate_id, seq,
                               completion_date, parked)
SELECT event_id, type, '{}', 'thing', key, seq, CASE WHEN key = 'a' THEN now() END, key = 'b'
  FROM chaos_written;
INSERT INTO effects_board (event_id, key, kpos, seq)
SELECT event_id, key, kpos, seq FROM chaos_written WHERE key = 'a' ORDER BY seq;
INSERT INTO effects_tally (event_id, key, kpos, seq)
SELECT event_id, key, kpos, seq FROM chaos_written ORDER BY seq;
INSERT INTO effects_far (event_id, key, kpos, seq)
SELECT event_id, key, kpos, seq FROM chaos_written ORDER BY seq;
INSERT INTO chaos_record (forward, topic, part, place, at_ms, record_key, event_id, type, seq,
                          published_at, kpos, hash)
SELECT 'wire', 'wire.ThingChanged', 0, seq, 100000 * seq, key, event_id, type, seq, now(), kpos,
       hash FROM chaos_written;
INSERT INTO state_board VALUES ('a', 3, 6);
INSERT INTO state_tally VALUES ('a', 3, 6), ('b', 2, 9);
INSERT INTO state_far VALUES ('a', 3, 6), ('b', 2, 9);
INSERT INTO processed_events SELECT 'board:' || event_id FROM effects_board
 UNION ALL SELECT 'far:' || event_id FROM effects_far;
INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts, error_class)
SELECT event_id, 'board', 0, seq, 'thing' || chr(31) || key,
       CASE WHEN seq = 4 THEN 'dead' ELSE 'waiting' END, CASE WHEN seq = 4 THEN 4 ELSE 0 END,
       CASE WHEN seq = 4 THEN 'event' END
  FROM chaos_written WHERE key = 'b';
INSERT INTO event_attempt (event_id, listener, attempt, at, error_class, error)
SELECT '00000000-0000-7000-8000-000000000004', 'board', n, '2024-01-01'::timestamptz + after,
       'event', 'no'
  FROM (VALUES (1, interval '0'), (2, interval '1 s'), (3, interval '2 s'), (4, interval '4.1 s'))
       AS a (n, after);
)";

struct Planted {
  std::string check;
  std::string sql;  ///< With $N for the id of event N.
};

const std::vector<Planted> violations = {
    {"no loss", "DELETE FROM effects_board WHERE event_id = '$3'"},
    {"no loss", "DELETE FROM event_delivery WHERE event_id = '$4'"},
    {"no loss", "UPDATE event_delivery SET state = 'ready' WHERE event_id = '$5'"},
    {"no phantom", "INSERT INTO effects_far (event_id, key, kpos, seq) VALUES ('$9', 'a', 4, 9)"},
    {"no phantom", "UPDATE chaos_written SET addressed = 'tally' WHERE event_id = '$1'"},
    {"no phantom", "UPDATE effects_far SET kpos = 7 WHERE event_id = '$3'"},
    {"no phantom", "INSERT INTO chaos_discard VALUES ('$1', 'board', true)"},
    {"no phantom", "INSERT INTO chaos_discard VALUES ('$5', 'board', true)"},
    {"one effect each",
     "INSERT INTO effects_far (event_id, key, kpos, seq) VALUES ('$3', 'a', 3, 3)"},
    {"one effect each", "UPDATE state_far SET sum = sum + 1 WHERE key = 'a'"},
    {"one effect each", "DELETE FROM state_far WHERE key = 'a'"},
    {"order per key", "UPDATE effects_far SET pos = 99 WHERE event_id = '$1'"},
    {"order per key", "DELETE FROM effects_far WHERE event_id = '$2'"},
    {"order per key",
     "INSERT INTO effects_board (event_id, key, kpos, seq) VALUES ('$5', 'b', 2, 5)"},
    {"order per key",
     "DELETE FROM effects_tally WHERE event_id = '$4'; INSERT INTO event_delivery (event_id, "
     "listener, lane, seq, key, state) VALUES ('$4', 'tally', 0, 4, 'x', 'waiting')"},
    {"failures and retries",
     "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) VALUES ('$1', "
     "'far', 1, 'event', 'no')"},
    {"failures and retries",
     "UPDATE event_attempt SET error_class = 'connection' WHERE attempt = 2"},
    {"failures and retries",
     "UPDATE event_attempt SET at = at - interval '0.2 s' WHERE attempt = 2"},
    {"failures and retries", "UPDATE event_attempt SET at = at + interval '2 h' WHERE attempt = 4"},
    {"failures and retries", "UPDATE event_delivery SET attempts = 5 WHERE event_id = '$4'"},
    {"failures and retries", "UPDATE event_delivery SET attempts = 2 WHERE event_id = '$4'"},
    {"failures and retries", "UPDATE event_delivery SET listener = 'far' WHERE event_id = '$4'"},
    {"one state each", "UPDATE event_publication SET completion_date = NULL WHERE id = '$1'"},
    {"one state each", "DELETE FROM event_delivery WHERE event_id = '$5'"},
    {"one state each", "UPDATE event_publication SET completion_date = now() WHERE id = '$4'"},
    {"one state each", "UPDATE event_publication SET parked = false WHERE id = '$4'"},
    {"one state each", "DELETE FROM event_publication WHERE id = '$1'"},
    {"waiting has a reason", "UPDATE event_delivery SET state = 'retrying' WHERE event_id = '$4'"},
    {"waiting has a reason", "UPDATE event_delivery SET key = 'c' WHERE event_id = '$5'"},
    {"waiting has a reason", "UPDATE event_delivery SET listener = 'tally' WHERE event_id = '$5'"},
    {"waiting has a reason", "UPDATE event_delivery SET seq = 3 WHERE event_id = '$5'"},
    {"failures and retries",
     "INSERT INTO event_attempt (event_id, listener, attempt, error_class, error) VALUES ('$1', "
     "'wire', 1, 'timeout', 'no')"},
    {"records are events", "DELETE FROM chaos_record WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET event_id = '$9' WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_written SET addressed = 'far' WHERE event_id = '$1'"},
    {"records are events", "UPDATE chaos_written SET planted = 'wire' WHERE event_id = '$1'"},
    {"records are events", "UPDATE chaos_record SET record_key = 'b' WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET type = 'Thing' WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET seq = 7 WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET published_at = NULL WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET hash = 0 WHERE event_id = '$3'"},
    {"records are events", "UPDATE chaos_record SET part = 1 WHERE event_id = '$3'"},
    {"records are events",
     "UPDATE chaos_record SET topic = 'wire.ThingFragile' WHERE event_id = '$3'"},
    {"records in order", "UPDATE chaos_record SET place = 99 WHERE event_id = '$1'"},
    {"records in order", "DELETE FROM chaos_record WHERE event_id = '$2'"},
    {"records repeated for a reason",
     "INSERT INTO chaos_record SELECT forward, topic, part, 50, at_ms + 1000, record_key, "
     "event_id, type, seq, published_at, kpos, hash FROM chaos_record WHERE event_id = '$1'"},
    {"guards equal effects", "INSERT INTO processed_events VALUES ('board:$5')"},
    {"guards equal effects", "DELETE FROM processed_events WHERE idempotency_key = 'far:$1'"},
};

std::string with_ids(std::string sql) {
  for (auto at = sql.find('$'); at != std::string::npos; at = sql.find('$')) {
    sql.replace(at, 2, event_id(sql[at + 1] - '0'));
  }
  return sql;
}

class Checker : public testing::Test {
 protected:
  Checker() : db_{database_.url(), "checker-test"} {
    db_.exec(chaos::create_tables("postgres", "postgres", false));
    db_.exec(checked_history);
    evidence_.transactions[1] = {Fate::ok,
                                 {event_id(1), event_id(2), event_id(3), event_id(4), event_id(5)}};
  }

  /// The names of the checks that found something, each once.
  std::set<std::string> found() {
    std::set<std::string> names;
    for (const chaos::Verdict& verdict : chaos::check_database(db_, evidence_)) {
      if (!verdict.violations.empty()) names.insert(verdict.check);
    }
    return names;
  }

  tests::TestDatabase database_;
  chaos::Session db_;
  chaos::Evidence evidence_;
};

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Checker, FindsNothingInAFaultlessHistory) {
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Checker, FindsEachPlantedViolation) {
  for (const Planted& planted : violations) {
    db_.exec("BEGIN");
    db_.exec(with_ids(planted.sql));
    EXPECT_THAT(found(), Contains(planted.check)) << planted.sql;
    db_.exec("ROLLBACK");
  }
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Checker, ComparesTheDatabaseWithWhatWritersWereTold) {
  evidence_.transactions[1].fate = Fate::unknown;
  EXPECT_THAT(found(), IsEmpty());
  evidence_.transactions[1].fate = Fate::fail;
  EXPECT_THAT(found(), ElementsAre("writes as told"));
  evidence_.transactions[1].fate = Fate::ok;
  evidence_.transactions[2] = {Fate::ok, {event_id(8)}};
  EXPECT_THAT(found(), ElementsAre("writes as told"));
  evidence_.transactions.erase(1);
  evidence_.transactions.erase(2);
  EXPECT_THAT(found(), ElementsAre("writes as told"));
}

TEST_F(Checker, KnowsWhatCompletionModesLeave) {
  evidence_.completion = "delete";
  EXPECT_THAT(found(), ElementsAre("one state each"));
  db_.exec("DELETE FROM event_publication WHERE completion_date IS NOT NULL");
  EXPECT_THAT(found(), IsEmpty());
  evidence_.completion = "archive";
  EXPECT_THAT(found(), ElementsAre("one state each"));
}

TEST_F(Checker, SeesAReadModelGoBack) {
  chaos::Observer observer{"", evidence_.cast};
  observer.look(db_);
  db_.exec("UPDATE state_far SET kpos = 4 WHERE key = 'a'");
  observer.look(db_);
  EXPECT_THAT(observer.relapses(), IsEmpty());
  db_.exec("UPDATE state_far SET kpos = 3 WHERE key = 'a'");
  observer.look(db_);
  evidence_.relapses = observer.relapses();
  EXPECT_THAT(found(), ElementsAre("freshness only rises"));
}

TEST_F(Checker, AllowsARepeatedRecordForEachFaultBetweenAndNoneOfTheProducersOwn) {
  const auto repeat = [&](int place, const std::string& at_ms) {
    db_.exec(with_ids("INSERT INTO chaos_record SELECT forward, topic, part, " +
                      std::to_string(place) + ", " + at_ms +
                      ", record_key, event_id, type, seq, published_at, kpos, hash FROM "
                      "chaos_record WHERE event_id = '$1' AND place = 1"));
  };
  repeat(50, "110000");
  EXPECT_THAT(found(), ElementsAre("records repeated for a reason"));
  evidence_.moments = {{"long ago", 10'000, 20'000, 5}, {"without harm", 104'000, 105'000, 0}};
  EXPECT_THAT(found(), ElementsAre("records repeated for a reason"));
  evidence_.moments.push_back({"broker-stop", 104'000, 105'000, 1});
  EXPECT_THAT(found(), IsEmpty());
  repeat(51, "111000");
  EXPECT_THAT(found(), ElementsAre("records repeated for a reason"));
  evidence_.moments.push_back({"broker-kill", 110'500, 110'600, 9});
  EXPECT_THAT(found(), IsEmpty());
  repeat(52, "111000");  // the same time: no fault of the broker makes a relay do that
  EXPECT_THAT(found(), ElementsAre("records repeated for a reason"));
  evidence_.moments.push_back({"restart-fast", 110'900, 111'000, 1});  // two relays
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Checker, SeesATransactionThatWaitsForABrokerThatIsGone) {
  evidence_.moments = {{"broker-stop", 100'000, 130'000, 4, true}};
  evidence_.idle = {{103'000, "before the breaker is open"}, {131'000, "afterwards"}};
  EXPECT_THAT(found(), IsEmpty());
  evidence_.idle.push_back({120'000, "freshet"});
  EXPECT_THAT(found(), ElementsAre("no transaction waits for Kafka"));
  evidence_.moments.push_back({"operator-pause", 118'000, 119'000});
  evidence_.moments.push_back({"broker-net-cut", 118'000, 119'000, 3});
  EXPECT_THAT(found(), ElementsAre("no transaction waits for Kafka"));
  evidence_.moments.push_back({"relay-stop", 111'000, 112'000, 2});
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Checker, AsksNothingOfForwardsWhereThereAreNone) {
  db_.exec("DELETE FROM chaos_record");
  evidence_.cast = chaos::cast_of(chaos::Company::projections);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Checker, SeesABatchsLockThatItsSessionKept) {
  chaos::Session other{database_.url(), "forgetful"};
  other.exec("SELECT pg_advisory_lock_shared('event_lane'::regclass::oid::int, 1)");
  EXPECT_TRUE(tests::eventually(
      [&] { return found() == std::set<std::string>{"nothing left in the server"}; }));
}

TEST_F(Checker, SeesLocksAndTransactionsLeftBehind) {
  chaos::Session other{database_.url(), "forgetful"};
  other.exec("SELECT pg_advisory_lock(42)");
  EXPECT_THAT(found(), ElementsAre("nothing left in the server"));
  other.exec("SELECT pg_advisory_unlock(42)");
  EXPECT_THAT(found(), IsEmpty());
  other.exec("BEGIN; PREPARE TRANSACTION 'left'");
  EXPECT_THAT(found(), ElementsAre("nothing left in the server"));
  other.exec("ROLLBACK PREPARED 'left'");
}

TEST_F(Checker, FindsSecretsInLogsAndErrors) {
  const auto folder = std::filesystem::temp_directory_path() / "freshet-checker-test";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "relay.toml"} << "url = hush";
  std::ofstream{folder / "relay.log"} << "fine\n";
  EXPECT_THAT(chaos::check_secrets(db_, folder, {"hush"}).violations, IsEmpty());
  db_.exec("UPDATE event_delivery SET last_error = 'no hush here'");
  EXPECT_THAT(chaos::check_secrets(db_, folder, {"hush"}).violations, testing::SizeIs(2));
  db_.exec("UPDATE event_delivery SET last_error = NULL");
  std::ofstream{folder / "relay.log"} << "fine\nsay hush\n";
  EXPECT_THAT(chaos::check_secrets(db_, folder, {"hush"}).violations, testing::SizeIs(1));
  std::filesystem::remove_all(folder);
}

TEST_F(Checker, FindsWhatAPoolKeeps) {
  if (!tests::PgBouncer::available()) GTEST_SKIP() << "PgBouncer is not installed";
  const tests::PgBouncer bouncer{database_.name()};
  EXPECT_THAT(chaos::check_pool(bouncer.url()).violations, IsEmpty());
  chaos::Session{bouncer.url(), "forgetful"}.exec("SET enable_seqscan = off");
  EXPECT_THAT(chaos::check_pool(bouncer.url()).violations, testing::Not(IsEmpty()));
}

}  // namespace
