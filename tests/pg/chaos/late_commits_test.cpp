// What becomes of events whose publishers do not serialise: which ends are right, which are planted
// and must be found. And whether the harness's own such publishers do what they are there for.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/late_writers.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/pg/chaos/event_id.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace {

using chaos::Fate;
using tests::event_id;

// One key. 1 to 3 are of one round, of which 1 committed last and 2 first; 4 came after them all.
constexpr const char* late_history = R"(
INSERT INTO chaos_written (event_id, tx, key, kpos, seq, type, hash)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, n, 'late', CASE WHEN n < 4 THEN 1 ELSE 2
       END, n, 'ThingChanged', n
  FROM generate_series(1, 4) n;
INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, aggregate_id, seq,
                               completion_date)
SELECT event_id, type, '{}', 'thing', key, seq, now() FROM chaos_written;
CREATE VIEW in_turn AS
SELECT w.*, turn FROM (VALUES (2, 1), (3, 2), (1, 3), (4, 4)) t (seq, turn)
  JOIN chaos_written w USING (seq) ORDER BY turn;
INSERT INTO effects_board (event_id, key, kpos, seq) SELECT event_id, key, kpos, seq FROM in_turn;
INSERT INTO effects_tally (event_id, key, kpos, seq) SELECT event_id, key, kpos, seq FROM in_turn;
INSERT INTO effects_far (event_id, key, kpos, seq) SELECT event_id, key, kpos, seq FROM in_turn;
INSERT INTO chaos_record (forward, topic, part, place, at_ms, record_key, event_id, type, seq,
                          published_at, kpos, hash)
SELECT 'wire', 'wire.ThingChanged', 0, turn, turn, key, event_id, type, seq, now(), kpos, hash
  FROM in_turn;
INSERT INTO state_board VALUES ('late', 2, 10);
INSERT INTO state_tally VALUES ('late', 2, 10);
INSERT INTO state_far VALUES ('late', 2, 10);
INSERT INTO processed_events SELECT 'board:' || event_id FROM effects_board
 UNION ALL SELECT 'far:' || event_id FROM effects_far;
)";

// What is open for one listener at the end: by the event's number.
using Open = std::map<int, std::string>;

class LateCommits : public testing::Test {
 protected:
  LateCommits() : db_{database_.url(), "checker-test"} {
    db_.exec(chaos::create_tables("postgres", "postgres", false));
    db_.exec(late_history);
    for (int n = 1; n <= 4; ++n) evidence_.transactions[n] = {Fate::ok, {event_id(n)}};
  }

  /// Events of the key are not done for the listener, but lie as these deliveries.
  void leave_open(const std::string& listener, const Open& open) {
    for (const auto& [n, state] : open) {
      const bool dead = state == "dead";
      const std::string event = "'" + event_id(n) + "'";
      if (listener == "wire") {
        db_.exec("DELETE FROM chaos_record WHERE event_id = " + event);
      } else {
        db_.exec("DELETE FROM effects_" + listener + " WHERE event_id = " + event);
        db_.exec("DELETE FROM processed_events WHERE idempotency_key = '" + listener + ":' || " +
                 event);
        db_.exec("UPDATE state_" + listener + " SET sum = sum - " + std::to_string(n));
      }
      const int attempts = dead ? attempts_of(listener) : 0;
      db_.exec(
          "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts) "
          "VALUES (" +
          event + ", '" + listener + "', 0, " + std::to_string(n) +
          ", 'thing' || chr(31) || 'late', '" + state + "', " + std::to_string(attempts) + ")");
      if (dead) {
        db_.exec("UPDATE chaos_written SET planted = '" + listener + "' WHERE event_id = " + event);
      }
      db_.exec("UPDATE event_publication SET parked = true, completion_date = NULL WHERE id = " +
               event);
    }
    if (listener != "wire") {
      db_.exec("DELETE FROM state_" + listener + " WHERE sum = 0");
    }
  }

  std::vector<std::string> found() {
    std::vector<std::string> all;
    for (const chaos::Verdict& verdict : chaos::check_database(db_, evidence_)) {
      for (const std::string& text : verdict.violations) {
        all.push_back(verdict.check + " · " + text);
      }
    }
    return all;
  }

  /// What is found with that left open, which is put back afterwards.
  std::vector<std::string> found_with(const std::string& listener, const Open& open) {
    db_.exec("BEGIN");
    leave_open(listener, open);
    std::vector<std::string> all = found();
    db_.exec("ROLLBACK");
    return all;
  }

  std::vector<std::string> found_after(const std::string& sql) {
    db_.exec("BEGIN");
    db_.exec(sql);
    std::vector<std::string> all = found();
    db_.exec("ROLLBACK");
    return all;
  }

  [[nodiscard]] int attempts_of(const std::string& listener) const {
    return std::ranges::find(evidence_.cast, listener, &chaos::Listener::name)->attempts_max();
  }

  tests::TestDatabase database_;
  chaos::Session db_;
  chaos::Evidence evidence_;
};

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> everybody = {"board", "tally", "far", "wire"};
const std::vector<std::string> blockers = {"board", "far", "wire"};

TEST_F(LateCommits, MayBeAppliedAndSentAfterWhatWasDrawnLater) {
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LateCommits, MayWaitBehindAnEarlierDeadLetterWhereItBlocks) {
  for (const std::string& listener : blockers) {
    EXPECT_THAT(found_with(listener, {{1, "dead"}, {2, "waiting"}, {3, "waiting"}, {4, "waiting"}}),
                IsEmpty())
        << listener;
    EXPECT_THAT(found_with(listener, {{2, "dead"}, {4, "waiting"}}), IsEmpty()) << listener;
    EXPECT_THAT(found_with(listener, {{3, "dead"}, {4, "waiting"}}), IsEmpty()) << listener;
  }
  EXPECT_THAT(found_with("tally", {{1, "dead"}}), IsEmpty());
  EXPECT_THAT(found_with("tally", {{2, "dead"}, {1, "dead"}}), IsEmpty());
}

TEST_F(LateCommits, AreLostBehindWhatWasDrawnLater) {
  for (const std::string& listener : everybody) {
    const std::string loss = (listener == "wire" ? "records are events · " : "no loss · ") +
                             listener + " lost (event, key, position, delivery): " + event_id(1);
    const std::string held =
        listener + " keeps waiting what nothing before holds (event, key): " + event_id(1);
    for (const char* later : {"dead", "retrying", "ready", "waiting"}) {
      const auto all = found_with(listener, {{1, "waiting"}, {2, later}});
      EXPECT_THAT(all, Contains(HasSubstr(loss))) << listener << " " << later;
      EXPECT_THAT(all, Contains(HasSubstr(held))) << listener << " " << later;
    }
  }
}

TEST_F(LateCommits, ThatWaitForEachOtherAreEachNamed) {
  for (const std::string& listener : everybody) {
    const auto all = found_with(listener, {{1, "waiting"}, {2, "waiting"}, {3, "waiting"}});
    for (const int n : {1, 2, 3}) {
      EXPECT_THAT(all, Contains(HasSubstr("nothing before holds (event, key): " + event_id(n))))
          << listener;
    }
    EXPECT_THAT(all, Contains(HasSubstr(listener + " stepped over"))) << listener;
  }
}

TEST_F(LateCommits, DoNotWaitBehindADeadLetterThatIsSkipped) {
  EXPECT_THAT(found_with("tally", {{1, "dead"}, {2, "waiting"}}),
              Contains(HasSubstr("tally keeps waiting what nothing before holds")));
}

TEST_F(LateCommits, WaitBehindWhatIsStillTriedAndNothingButThatIsWrong) {
  for (const std::string& listener : everybody) {
    const auto all =
        found_with(listener, {{1, "retrying"}, {2, "waiting"}, {3, "waiting"}, {4, "waiting"}});
    EXPECT_THAT(all, Contains(HasSubstr("not drained"))) << listener;
    EXPECT_THAT(all, Not(Contains(HasSubstr("nothing before holds")))) << listener;
    EXPECT_THAT(all, Not(Contains(HasSubstr("position, delivery): " + event_id(2))))) << listener;
  }
}

TEST_F(LateCommits, ComeBeforeTheNextRound) {
  EXPECT_THAT(found_after("UPDATE effects_far SET pos = 0 WHERE seq = 4"),
              Contains(HasSubstr("order per key · far applied too late")));
  EXPECT_THAT(found_after("UPDATE chaos_record SET place = 0 WHERE seq = 4"),
              Contains(HasSubstr("records in order · wire sent too late")));
}

TEST_F(LateCommits, AreNotParkedForNobodyNorGoneWhileSomebodyWaits) {
  const std::string event = "'" + event_id(1) + "'";
  EXPECT_THAT(found_after("UPDATE event_publication SET parked = true, completion_date = NULL "
                          "WHERE id = " +
                          event),
              Contains(HasSubstr("parked without a delivery (event): " + event_id(1))));
  EXPECT_THAT(found_after("INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) "
                          "VALUES (" +
                          event +
                          ", 'far', 0, 1, 'thing' || chr(31) || 'late', "
                          "'waiting'); DELETE FROM event_publication WHERE id = " +
                          event),
              Contains(HasSubstr("completed with an open delivery (event, listener, state): " +
                                 event_id(1))));
}

TEST_F(LateCommits, ThatUpkeepHadToFreeAreStillAViolation) {
  const std::string table =
      "CREATE TABLE IF NOT EXISTS upkeep_repair (kind text PRIMARY KEY, repaired bigint NOT NULL, "
      "last_at timestamptz NOT NULL, last_ids text NOT NULL);";
  EXPECT_THAT(found_after(table), IsEmpty());
  EXPECT_THAT(found_after(table + "INSERT INTO upkeep_repair VALUES ('waiting', 2, now(), '" +
                          event_id(1) + "')"),
              Contains(HasSubstr("nothing needed repair · upkeep repaired (kind, times, last at, "
                                 "events): waiting 2")));
}

// Which events came to light after one of their key that has a higher number.
class Watch {
 public:
  explicit Watch(const std::string& url) : session_{url, "checker-test"} {}

  bool saw_a_late_one() {
    bool late = false;
    for (const auto& row : session_.exec("SELECT key, seq FROM chaos_written")) {
      const long seq = std::stol(*row[1]);
      long& highest = highest_[*row[0]];
      if (!seen_.insert(seq).second) continue;
      late |= seq < highest;
    }
    for (const auto& row : session_.exec("SELECT key, max(seq) FROM chaos_written GROUP BY key")) {
      highest_[*row[0]] = std::stol(*row[1]);
    }
    return late;
  }

 private:
  chaos::Session session_;
  std::map<std::string, long> highest_;
  std::set<long> seen_;
};

TEST_F(LateCommits, AreWhatTheWritersMake) {
  db_.exec("TRUNCATE chaos_written");
  chaos::History told{""};
  chaos::LateWriters writers{{.urls = {database_.url()}, .cast = evidence_.cast, .seed = 1}, told};
  Watch watch{database_.url()};
  EXPECT_TRUE(tests::eventually([&] { return watch.saw_a_late_one(); }));
  writers.stop();
  evidence_.transactions = told.transactions();
  EXPECT_THAT(chaos::check_writes(db_, evidence_).violations, IsEmpty());
  EXPECT_THAT(chaos::check_sessions(db_).violations, IsEmpty());
}

}  // namespace
