#include <gmock/gmock.h>

#include "relay/operate/listeners/pause_listener.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/usage_error.hpp"
#include "tests/support/dead_rows.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;

class Pausing : public ::testing::Test {
 protected:
  Pausing() { rows_.register_listener("board"); }
  std::string listener() {
    return db_.value(
        "SELECT concat_ws(' ', state, paused_by, reason) FROM event_listener WHERE name = "
        "'board'");
  }
  long version() {
    return db_.number("SELECT value FROM freshet_setting WHERE name = 'listeners_version'");
  }
  std::string log() {
    return db_.value(
        "SELECT string_agg(concat_ws(' ', command, listener, reason), ', ' ORDER BY id) FROM "
        "operator_log");
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

// Its first try updates a row and is undone at COMMIT; when it tries again, somebody else was
// there.
TEST_F(Pausing, ThatIsOvertakenBetweenTwoTriesSaysSo) {
  db_.run("CREATE SEQUENCE tries");
  db_.run(
      "CREATE FUNCTION first_try() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN RETURN CASE nextval('tries') WHEN 1 THEN NEW END; END $$");
  db_.run(
      "CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN RAISE serialization_failure; END $$");
  db_.run(
      "CREATE TRIGGER first_try BEFORE UPDATE ON event_listener FOR EACH ROW "
      "EXECUTE FUNCTION first_try()");
  db_.run(
      "CREATE CONSTRAINT TRIGGER undo AFTER UPDATE ON event_listener DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION undo()");
  const PauseResult result = pause_listener(connection_, "board", "");
  EXPECT_EQ(db_.number("SELECT last_value FROM tries"), 2);
  EXPECT_THAT(paused_in_text(result), HasSubstr("was changed by somebody else meanwhile"));
  EXPECT_EQ(db_.value("SELECT state FROM event_listener"), "active");
  EXPECT_EQ(db_.number("SELECT count(*) FROM operator_log"), 0);
}

TEST_F(Pausing, StopsAListenerForRelaysToSeeAndResumingLetsItGoOn) {
  const long before = version();
  EXPECT_THAT(paused_in_text(pause_listener(connection_, "board", "disk is full")),
              HasSubstr("is paused until"));
  EXPECT_EQ(listener(), "paused operator disk is full");
  EXPECT_EQ(version(), before + 1);
  EXPECT_THAT(resumed_in_text(resume_listener(connection_, "board", "")), HasSubstr("goes on"));
  EXPECT_EQ(listener(), "active");
  EXPECT_EQ(version(), before + 2);
  EXPECT_EQ(log(), "pause board disk is full, resume board");
}

TEST_F(Pausing, TwiceChangesNothing) {
  pause_listener(connection_, "board", "first");
  const long before = version();
  EXPECT_THAT(paused_in_text(pause_listener(connection_, "board", "")),
              HasSubstr("already, since"));
  EXPECT_EQ(version(), before);
  EXPECT_EQ(listener(), "paused operator first");
  pause_listener(connection_, "board", "another");
  EXPECT_EQ(listener(), "paused operator another");
  resume_listener(connection_, "board", "");
  EXPECT_THAT(resumed_in_text(resume_listener(connection_, "board", "")),
              HasSubstr("is not paused"));
  EXPECT_EQ(log(), "pause board first, pause board another, resume board");
}

TEST_F(Pausing, ARelaysPauseBecomesAnOperatorsAndKeepsItsReason) {
  db_.run("UPDATE event_listener SET state = 'paused', paused_by = 'relay', reason = 'no table'");
  pause_listener(connection_, "board", "");
  EXPECT_EQ(listener(), "paused operator no table");
}

TEST_F(Pausing, AnUnknownOrRetiredListenerIsRefusedInASentence) {
  try {
    pause_listener(connection_, "baord", "");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean \"board\"?"));
  }
  db_.run("UPDATE event_listener SET state = 'retired'");
  EXPECT_THROW(resume_listener(connection_, "board", ""), UsageError);
  EXPECT_EQ(db_.number("SELECT count(*) FROM operator_log"), 0);
}

TEST_F(Pausing, IsLoggedWithBothUsers) {
  pause_listener(connection_, "board", "");
  EXPECT_EQ(db_.value("SELECT db_user FROM operator_log"), db_.value("SELECT session_user"));
  EXPECT_NE(db_.value("SELECT os_user FROM operator_log"), "");
}

}  // namespace
}  // namespace relay::operate
