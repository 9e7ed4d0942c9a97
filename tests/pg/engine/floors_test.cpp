#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "schema/statements.hpp"
#include "tests/support/engine_run.hpp"
#include "tests/support/eventually.hpp"

namespace {

using namespace std::chrono_literals;
using tests::EngineRun;
using tests::eventually;
using tests::TestDatabase;

std::string many_keys(int events) {
  return "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) "
         "SELECT 'Thing', '{}', n % 5000 FROM generate_series(1, " +
         std::to_string(events) + ") n";
}

void publish_many_keys(const TestDatabase& db, int events) {
  db.run(many_keys(events));
}

/// Completed events whose index entries nobody may remove: somebody's snapshot sees them.
class Floors : public ::testing::Test {
 protected:
  Floors() {
    db_.run("CREATE TABLE effects (at timestamptz DEFAULT clock_timestamp(), seq bigint)");
    run_.add_sql("effects", {"Thing"}, "INSERT INTO effects (seq) SELECT seq FROM events");
    pin_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ");
    pin_.exec("SELECT count(*) FROM event_publication");
  }

  // In one transaction: a relay that runs never sees them pending.
  void complete(int events) const {
    db_.run("ALTER TABLE event_publication SET (autovacuum_enabled = off)");
    db_.run(many_keys(events) +
            "; UPDATE event_publication SET completion_date = "
            "clock_timestamp() WHERE completion_date IS NULL");
  }
  [[nodiscard]] long delivered() const { return db_.number("SELECT count(*) FROM effects"); }
  [[nodiscard]] long lowest_kept() const {
    return db_.number(
        "SELECT coalesce((SELECT min(f) FROM event_floor, unnest(floors) f WHERE listener = ''), "
        "0)");
  }
  void end(tests::RunningEngine& engine) {
    engine.request_stop();
    ASSERT_TRUE(engine.wait(std::chrono::steady_clock::now() + 10s));
  }

  const TestDatabase db_;
  EngineRun run_{db_};
  pqxx::connection pinning_{db_.url()};
  pqxx::nontransaction pin_{pinning_};
};

TEST_F(Floors, AreLearnedInPiecesAndKeptForTheRelayThatStartsNext) {
  complete(250'000);  // more than one look reads
  const long last = db_.number("SELECT freshet_last_seq()");
  const auto first = run_.start();
  EXPECT_TRUE(eventually([&] { return lowest_kept() >= last; }, 60s)) << lowest_kept();
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 10; }));
  end(*first);
  const auto next = run_.start();
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 20; }));
  end(*next);
}

// A relay that trusts what is kept does not find what lies below it before a sweep comes by, which
// takes lanes in turn: so a worker that finds this event at once has not trusted.
TEST_F(Floors, OfAnotherSequenceOrServerAreNotTrusted) {
  const auto kept = [&](const std::string& server, const std::string& last_seq) {
    db_.run("INSERT INTO event_floor (listener, server, last, floors) VALUES ('', " + server +
            ", " + last_seq +
            ", array_fill(1000000::bigint, '{64}')) ON CONFLICT (listener) DO UPDATE SET "
            "server = EXCLUDED.server, last = EXCLUDED.last, floors = EXCLUDED.floors");
  };
  const auto trusted = [&] {
    const long before = delivered();
    const auto engine = run_.start();
    publish_many_keys(db_, 64);
    const bool at_once =
        eventually([&] { return delivered() == before + 64; }, std::chrono::seconds{2});
    // Else a sweep finds them, which comes by in its time.
    end(*engine);
    return !at_once;
  };
  kept("'0 ' || freshet_server()", "0");
  EXPECT_FALSE(trusted()) << "of another server";
  kept("freshet_server()", "5000000");
  EXPECT_FALSE(trusted()) << "the sequence has gone back";
  kept("freshet_server()", "0");
  db_.run("ALTER SEQUENCE event_publication_seq_seq RESTART 500000");
  EXPECT_FALSE(trusted()) << "the sequence was begun anew";
  kept("freshet_server()", "0");
  EXPECT_TRUE(trusted()) << "else this test shows nothing";
}

TEST_F(Floors, OfASequenceThatIsBegunAnewAndFilledAgainUnderARunningRelayAreForgotten) {
  const auto engine = run_.start();
  publish_many_keys(db_, 200);
  ASSERT_TRUE(eventually([&] { return delivered() == 200 && lowest_kept() > 0; }));
  db_.run(
      "DELETE FROM event_publication; DELETE FROM processed_events; TRUNCATE effects;"
      "ALTER SEQUENCE event_publication_seq_seq RESTART 2;"
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) "
      "SELECT 'Thing', '{}', 'k' FROM generate_series(1, 400) n");
  EXPECT_TRUE(eventually([&] { return delivered() == 400; }, std::chrono::seconds{2}))
      << delivered() << " of 400: what lies below the old floors waits for a sweep";
  end(*engine);
}

TEST_F(Floors, SurviveAConnectionThatIsLost) {
  const auto engine = run_.start();
  publish_many_keys(db_, 200);
  const long last = db_.number("SELECT freshet_last_seq()");
  ASSERT_TRUE(eventually([&] { return delivered() == 200 && lowest_kept() >= last; }));
  complete(1'000);  // by hand: below no floor that is kept
  db_.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND application_name LIKE '%freshet%'");
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 210; }));
  EXPECT_GE(lowest_kept(), last) << "a new connection does not begin at the beginning";
  end(*engine);
}

// Of a detached listener: what was delivered lies as dead entries in the index of its deliveries.
TEST_F(Floors, OfDeliveriesAreLearnedInPiecesAndKeptAsWell) {
  run_.registry.add(
      {.name = "slow", .events = {"Thing"}, .detached = true},
      projections::sql_projection({"INSERT INTO effects (seq) SELECT seq FROM events"}));
  const auto kept = [&] {
    return db_.number(
        "SELECT coalesce((SELECT min(f) FROM event_floor, unnest(floors) f "
        "WHERE listener = 'slow'), 0)");
  };
  db_.run("ALTER TABLE event_delivery SET (autovacuum_enabled = off)");
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) "
      "SELECT gen_random_uuid(), 'slow', n % 64, n, 'k', 'ready' FROM generate_series(1, 250000) n;"
      "DELETE FROM event_delivery");
  const long last = db_.number("SELECT freshet_last_place()");
  const auto first = run_.start();
  EXPECT_TRUE(eventually([&] { return kept() >= last; }, 60s)) << kept() << " of " << last;
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 20; }));
  end(*first);
  const auto next = run_.start();
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 40; }));
  end(*next);
}

TEST_F(Floors, ThatCannotBeKeptAreSaidAndStopNothing) {
  db_.run("ALTER TABLE event_floor RENAME TO gone");
  const auto engine = run_.start();
  publish_many_keys(db_, 10);
  EXPECT_TRUE(eventually([&] { return delivered() == 10; }));
  EXPECT_TRUE(eventually([&] {
    return db_.value("SELECT string_agg(trouble, ' ') FROM projection_freshness").find("floors") !=
           std::string::npos;
  }));
  db_.run("ALTER TABLE gone RENAME TO event_floor");
  end(*engine);
}

// What the floor rests on: a writer that has drawn a number is seen until its transaction has
// ended.
TEST(SequenceLock, IsHeldToTheTransactionsEndAlsoByASavepointThatWasRolledBack) {
  const TestDatabase db;
  const auto writers = [&] { return db.run(std::string{schema::statements::open_writers}).size(); };
  pqxx::connection connection{db.url()};
  pqxx::nontransaction session{connection};
  EXPECT_EQ(writers(), 0U);
  session.exec("BEGIN; SAVEPOINT s; SELECT nextval('event_publication_seq_seq'); ROLLBACK TO s");
  EXPECT_EQ(writers(), 1U) << "before any INSERT";
  session.exec("PREPARE TRANSACTION 'floors_test'");
  EXPECT_EQ(writers(), 1U) << "prepared";
  session.exec("ROLLBACK PREPARED 'floors_test'");
  EXPECT_EQ(writers(), 0U);
  session.exec("BEGIN; UPDATE event_publication SET completion_date = clock_timestamp()");
  EXPECT_EQ(writers(), 0U) << "a relay that completes draws nothing";
  session.exec("ROLLBACK");
}

TEST(LastSeq, IsTheLastNumberDrawnAndNeverOneAhead) {
  const TestDatabase db;
  EXPECT_EQ(db.number("SELECT freshet_last_place()"), 0) << "none was drawn";
  pqxx::connection connection{db.url()};
  pqxx::nontransaction session{connection};
  const long drawn = session.exec("SELECT nextval('event_publication_seq_seq')")[0][0].as<long>();
  EXPECT_EQ(db.number("SELECT freshet_last_seq()"), drawn);
  EXPECT_EQ(db.number("SELECT last_seq FROM freshet_look('{1}', '{0}', '{9}')"), drawn);
  EXPECT_EQ(db.number("SELECT last_seq FROM freshet_probe('{1}', '{0}')"), drawn);
}

// nextval() shows what it logs, up to 32 ahead, until it unlocks the page.
TEST(LastSeq, ShowsNoNumberThatNobodyHasDrawnWhileOthersDraw) {
  const TestDatabase db;
  std::atomic<bool> enough{false};
  std::vector<std::jthread> drawing;
  for (int i = 0; i < 3; ++i) {
    drawing.emplace_back([&] {
      pqxx::connection connection{db.url()};
      pqxx::nontransaction session{connection};
      while (!enough) {
        session.exec(
            "SELECT count(nextval('event_publication_seq_seq')) FROM generate_series(1, 1000)");
      }
    });
  }
  EXPECT_EQ(db.number(R"(
      CREATE FUNCTION pg_temp.too_high() RETURNS int LANGUAGE plpgsql AS $$
      DECLARE seen bigint; bad int := 0; until timestamptz := clock_timestamp() + interval '5 s';
      BEGIN
        WHILE clock_timestamp() < until LOOP
          SELECT last_seq INTO seen FROM freshet_look('{1}', '{0}', '{9}');
          IF nextval('event_publication_seq_seq') <= seen THEN bad := bad + 1; END IF;
        END LOOP;
        RETURN bad;
      END $$;
      SELECT pg_temp.too_high())"),
            0);
  enough = true;
}

}  // namespace
