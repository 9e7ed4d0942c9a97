#include <gtest/gtest.h>

#include "relay/operate/status/upkeep_status.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

TEST(MostlyAir, IsAnIndexWhoseEntriesWentWithTheCommandThatMakesItAnew) {
  const tests::TestDatabase db;
  db.run("ALTER TABLE processed_events SET (autovacuum_enabled = off)");
  db.run(
      "INSERT INTO processed_events SELECT 'board:' || gen_random_uuid(), now() FROM "
      "generate_series(1, 500000)");
  pg::Connection connection{db.url()};
  db.run("ANALYZE processed_events");
  EXPECT_TRUE(read_upkeep(connection, "main").air.empty()) << "it is full";

  db.run("DELETE FROM processed_events WHERE ctid < '(5000,0)'");
  connection.exec("VACUUM (ANALYZE, TRUNCATE false) processed_events");
  const auto air = read_upkeep(connection, "main").air;
  ASSERT_EQ(air.size(), 1U);
  EXPECT_EQ(air[0].name, "processed_events_pkey");
  EXPECT_GT(air[0].megabytes, 32);
  EXPECT_NE(upkeep_text({read_upkeep(connection, "main")}, false).find("is mostly air"),
            std::string::npos);
  ASSERT_EQ(air[0].command, "REINDEX INDEX CONCURRENTLY processed_events_pkey;");
  connection.exec(air[0].command);
  EXPECT_TRUE(read_upkeep(connection, "main").air.empty());
}

TEST(MostlyAir, IsATableWithMoreDeadRowsThanVacuumRemoves) {
  const tests::TestDatabase db;
  db.run("ALTER TABLE processed_events SET (autovacuum_enabled = off)");
  db.run("INSERT INTO processed_events SELECT n::text, now() FROM generate_series(1, 1000200) n");
  db.run(
      "DELETE FROM processed_events WHERE length(idempotency_key) < 7 OR idempotency_key <= "
      "'1000100'");
  pg::Connection connection{db.url()};
  const auto air = [&] { return read_upkeep(connection, "main").air; };
  EXPECT_TRUE(tests::eventually([&] { return !air().empty(); }, std::chrono::seconds{20}));
  ASSERT_EQ(air().size(), 1U);
  EXPECT_EQ(air()[0].name, "processed_events");
  EXPECT_EQ(air()[0].command, "");
}

}  // namespace
}  // namespace relay::operate
