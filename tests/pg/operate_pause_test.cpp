#include <gmock/gmock.h>

#include "relay/operate/pause_listener.hpp"
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
