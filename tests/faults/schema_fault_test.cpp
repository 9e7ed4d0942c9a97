#include <gtest/gtest.h>

#include "tests/support/outage.hpp"
#include "tests/support/role.hpp"

namespace {

using tests::Ended;
using tests::Outage;
using tests::Role;
using tests::TestDatabase;

TEST(SchemaFault, ASchemaNewerThanTheProgramIsRefusedInWords) {
  const TestDatabase db;
  Outage outage{db};
  db.run(
      "INSERT INTO freshet_schema_history VALUES (900, 'V900__from_the_future.sql', 'x', now(), "
      "now(), 'somebody')");
  const Ended ended = outage.config.run({"run"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("newer"), std::string::npos) << ended.err;
}

// Rows that a policy hides would look like an empty outbox.
TEST(SchemaFault, RowSecurityUnderARunningRelayIsSaidAndNotTakenForAnEmptyOutbox) {
  const TestDatabase db;
  const Role role{db, "hidden"};
  role.grant_as_the_readme_says();
  Outage outage{db, role.url(Role::password)};
  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name());
  outage.start();
  outage.work();
  db.run("ALTER TABLE event_publication ENABLE ROW LEVEL SECURITY");
  outage.publish(50);
  EXPECT_TRUE(outage.says("row-level security")) << outage.log();
  EXPECT_TRUE(outage.relay().running());
  db.run("ALTER TABLE event_publication DISABLE ROW LEVEL SECURITY");
  outage.expect_mended();
}

TEST(SchemaFault, AGrantTakenAwayFromARunningRelayIsSaidAndCostsNoTry) {
  const TestDatabase db;
  const Role role{db, "robbed"};
  role.grant_as_the_readme_says();
  Outage outage{db, role.url(Role::password)};
  db.run("GRANT INSERT ON effects TO " + role.name() +
         "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role.name());
  outage.start();
  outage.work();
  db.run("REVOKE UPDATE ON event_publication FROM " + role.name());
  outage.publish(20);
  EXPECT_TRUE(outage.says("permission denied for table event_publication")) << outage.log();
  EXPECT_TRUE(outage.relay().running());
  db.run("GRANT UPDATE ON event_publication TO " + role.name());
  outage.expect_mended();
}

}  // namespace
