#include <gmock/gmock.h>

#include "relay/operate/listeners/agreement.hpp"
#include "relay/operate/text/in_text.hpp"
#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;

class AdoptingSettings : public ::testing::Test {
 protected:
  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
};

TEST_F(AdoptingSettings, WritesThisFiles) {
  const Agreement own = {{"completion", "delete"}, {"ordering", "key"}, {"lanes", "64"}};
  EXPECT_THAT(compared(read_agreement(connection_), own), HasSubstr("completion is not set yet"));
  const std::string version =
      "SELECT value::int FROM freshet_setting WHERE name = 'listeners_version'";
  const long before = db_.number(version);
  EXPECT_THAT(adopted_in_text(adopt(connection_, own)), HasSubstr("completion is now \"delete\""));
  EXPECT_EQ(db_.value("SELECT value FROM freshet_setting WHERE name = 'ordering'"), "key");
  EXPECT_GT(db_.number(version), before);
  EXPECT_THAT(adopted_in_text(adopt(connection_, own)), HasSubstr("already"));
  EXPECT_EQ(db_.value("SELECT string_agg(command || ': ' || detail, ' ') FROM operator_log"),
            "settings adopt: completion is now \"delete\".\\nordering is now \"key\".\\n");
  EXPECT_THAT(compared(read_agreement(connection_), {{"completion", "update"}}),
              HasSubstr("this file says \"update\""));
}

TEST_F(AdoptingSettings, ThatIsTriedAgainTellsEachChangeOnce) {
  db_.run("CREATE SEQUENCE tries");
  db_.run(
      "CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('tries') = 1 THEN RAISE serialization_failure; END IF; RETURN NULL; END $$");
  db_.run(
      "CREATE CONSTRAINT TRIGGER undo AFTER INSERT ON operator_log DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION undo()");
  const Agreement own = {{"completion", "delete"}, {"ordering", "key"}};
  EXPECT_EQ(in_words(adopt(connection_, own)),
            "completion is now \"delete\".\nordering is now \"key\".\n");
  EXPECT_EQ(db_.value("SELECT detail FROM operator_log"),
            "completion is now \"delete\".\\nordering is now \"key\".\\n");
}

}  // namespace
}  // namespace relay::operate
