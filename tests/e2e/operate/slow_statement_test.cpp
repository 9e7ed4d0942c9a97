#include <gtest/gtest.h>

#include "relay/pg/connection.hpp"
#include "tests/support/outage.hpp"

namespace {

// Somebody's lock on a table of the relay's: the log says which statement waits, of which database,
// and nothing of what it writes; what [[database]] says goes before [relay].
TEST(SlowStatements, OfARelayAreInItsLogByNameAsTheDatabaseSays) {
  const tests::TestDatabase db;
  const tests::TestDatabase quiet;
  tests::Outage outage{db};
  outage.config.relay["slow_query_ms"] = "200";
  outage.config.database_extra = "\n[[database]]\nname = \"quiet\"\nurl = \"" + quiet.url() +
                                 "\"\nslow_query_ms = 0\nprojections = [\"none\"]\n";
  outage.config.add("none", "None", "SELECT id FROM events");
  relay::pg::Connection holder{db.url()};
  relay::pg::Connection quiet_holder{quiet.url()};
  for (relay::pg::Connection* one : {&holder, &quiet_holder}) {
    one->exec("BEGIN");
    one->exec("LOCK TABLE projection_freshness IN SHARE MODE");
  }
  outage.start();
  const std::string line = "statement=save_freshness database=main";
  EXPECT_TRUE(outage.says(line)) << outage.log();
  EXPECT_EQ(outage.log().find("database=quiet ms="), std::string::npos) << outage.log();
  holder.rollback();
  quiet_holder.rollback();
  outage.expect_mended();
  EXPECT_EQ(outage.log().find("INSERT"), std::string::npos) << outage.log();
}

}  // namespace
