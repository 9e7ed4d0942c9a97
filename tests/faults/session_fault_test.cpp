#include <gtest/gtest.h>

#include "tests/support/outage.hpp"
#include "tests/support/role.hpp"

namespace {

using tests::eventually;
using tests::Outage;
using tests::TestDatabase;

/// Relays' sessions that wait for somebody's lock.
long waiting(const TestDatabase& db) {
  return db.number(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name LIKE 'freshet%' AND wait_event_type = 'Lock'");
}

TEST(SessionFault, AReadModelLockedBySomebodyIsTriedAgainAndAgainWithoutCounting) {
  const TestDatabase db;
  Outage outage{db};
  outage.config.relay["log_level"] = "\"debug\"";
  outage.start();
  outage.work();
  {
    pqxx::connection connection{db.url()};
    pqxx::work ddl{connection};
    ddl.exec("LOCK TABLE effects IN ACCESS EXCLUSIVE MODE");
    EXPECT_TRUE(outage.says("lock timeout")) << outage.log();
    EXPECT_LE(waiting(db), 2) << "more than the workers wait";
  }
  outage.expect_mended();
}

TEST(SessionFault, TheOutboxLockedBySomebodyPilesNothingUp) {
  const TestDatabase db;
  Outage outage{db};
  outage.start();
  outage.work();
  {
    pqxx::connection connection{db.url()};
    pqxx::work ddl{connection};
    ddl.exec("LOCK TABLE event_publication IN ACCESS EXCLUSIVE MODE");
    EXPECT_TRUE(eventually([&] { return waiting(db) >= 2; })) << outage.log();
    EXPECT_LE(waiting(db), 3) << "more than the workers and the scout wait";
  }
  outage.expect_mended();
}

// The session takes what the projection updates last, then waits for what it updates first. The
// projection has waited longer, so it is the one that the server ends.
TEST(SessionFault, ADeadlockWithAnApplicationIsTriedAgainWithoutCounting) {
  const TestDatabase db;
  db.run(
      "CREATE TABLE total (k text PRIMARY KEY, n bigint); INSERT INTO total VALUES ('a', 0), "
      "('b', 0)");
  Outage outage{db};
  outage.config.relay = {{"drain_s", "5"},
                         {"workers", "1"},
                         {"log_level", "\"debug\""},
                         {"statement_timeout_ms", "3000"},
                         {"lock_timeout_ms", "2500"},
                         {"handler_timeout_ms", "2900"}};
  outage.config.projections +=
      "[[projection]]\nname = \"totals\"\nevents = [\"Thing\"]\nretry_s = []\nsql = ["
      "\"UPDATE total SET n = n + (SELECT count(*) FROM events) WHERE k = 'a'\", "
      "\"UPDATE total SET n = n + (SELECT count(*) FROM events) WHERE k = 'b'\"]\n";
  pqxx::connection connection{db.url()};
  pqxx::work application{connection};
  application.exec("UPDATE total SET n = n WHERE k = 'b'");
  outage.start();
  outage.publish(100);
  ASSERT_TRUE(eventually([&] { return waiting(db) == 1; })) << outage.log();
  application.exec("UPDATE total SET n = n WHERE k = 'a'");
  application.commit();
  EXPECT_TRUE(outage.says("deadlock detected")) << outage.log();
  outage.expect_mended();
  EXPECT_EQ(db.value("SELECT string_agg(n::text, ' ') FROM total"), "150 150");
}

TEST(SessionFault, WhatTheRolesDefaultsSayDoesNotMatter) {
  const TestDatabase db;
  const tests::Role role{db, "strange"};
  for (const char* strange :
       {"default_transaction_isolation = 'serializable'", "TimeZone = 'Asia/Kolkata'",
        "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "bytea_output = 'escape'",
        "enable_indexscan = off", "synchronous_commit = off", "extra_float_digits = -15",
        "idle_in_transaction_session_timeout = '1ms'", "statement_timeout = '1h'",
        "lock_timeout = '1ms'", "standard_conforming_strings = on", "jit_above_cost = 0"}) {
    db.run("ALTER ROLE " + role.name() + " SET " + strange);
  }
  db.run("ALTER ROLE " + role.name() + " SUPERUSER");
  Outage outage{db, role.url(tests::Role::password)};
  db.run("CREATE TABLE seen (isolation text, published timestamptz, late bool)");
  outage.config.add("seen", "Thing",
                    "INSERT INTO seen SELECT current_setting('transaction_isolation'), "
                    "publication_date, clock_timestamp() - publication_date > interval '1 min' "
                    "FROM events");
  outage.start();
  outage.work();
  db.run("UPDATE effects SET n = n");  // a serializable reader of it would fail
  outage.expect_mended();
  EXPECT_EQ(db.value("SELECT DISTINCT isolation FROM seen"), "read committed");
  EXPECT_EQ(db.number("SELECT count(*) FROM seen WHERE late"), 0);
}

// Times at which a failed event is due are the database's, whatever zone its sessions are in.
TEST(SessionFault, ARetryIsDueInItsTimeWhereTheDatabasesZoneIsFarAway) {
  const TestDatabase db;
  db.run("ALTER DATABASE " + db.name() + " SET TimeZone = 'Asia/Kolkata'");
  tests::RelayConfig config{db.url()};
  config.retry_s = "[1]";
  config.add("broken", "Thing", "SELECT 1 / ((payload->>'n')::int - 1) FROM events");
  db.run(tests::publishing("Thing", "'k'", 1));
  EXPECT_EQ(config.run({"run", "--drain"}).code, 0);
  EXPECT_EQ(db.value("SELECT state || attempts FROM event_delivery"), "dead2");
  EXPECT_EQ(db.value("SELECT max(at) - min(at) BETWEEN '0.9 s' AND '20 s' FROM event_attempt"),
            "t");
}

}  // namespace
