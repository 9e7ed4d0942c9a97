#include "relay/engine/decide.hpp"

#include <gtest/gtest.h>

namespace relay::engine {
namespace {

using projections::FailureKind;
using Where = PassFailure::Where;

constexpr Where everywhere[] = {Where::connecting,      Where::statement, Where::handler,
                                Where::handler_or_end,  Where::commit,    Where::listener_down,
                                Where::listener_stopped};
constexpr FailureKind all_kinds[] = {
    FailureKind::event, FailureKind::conflict, FailureKind::timeout,      FailureKind::connection,
    FailureKind::crash, FailureKind::refused,  FailureKind::configuration};

PassFailure failure(Where where, FailureKind kind, bool blamed = true) {
  PassFailure why{.where = where, .failure = {kind, "", "why"}};
  if (blamed) why.blamed = {{"event", "board"}};
  return why;
}

Action action(Where where, FailureKind kind, bool single) {
  return decide(failure(where, kind), {.single = single}).action;
}

TEST(Decide, QuarantinesNobodyAmongOthers) {
  for (const Where where : everywhere) {
    for (const FailureKind kind : all_kinds) {
      EXPECT_NE(action(where, kind, false), Action::quarantine) << static_cast<int>(kind);
    }
  }
}

TEST(Decide, BlamesNobodyForWhatWasCancelledByAStop) {
  for (const Where where : {Where::statement, Where::handler, Where::handler_or_end}) {
    for (const FailureKind kind : all_kinds) {
      const Decision decision = decide(failure(where, kind), {.single = true, .stopping = true});
      EXPECT_EQ(decision.action, Action::nothing) << static_cast<int>(kind);
      EXPECT_NE(decision.database, Database::down) << static_cast<int>(kind);
    }
  }
}

TEST(Decide, SaysTheDatabaseIsDownOnlyWhereAConnectionIsNotThere) {
  for (const Where where : everywhere) {
    for (const FailureKind kind : all_kinds) {
      const bool down = decide(failure(where, kind), {}).database == Database::down;
      const bool lost =
          kind == FailureKind::connection &&
          (where == Where::statement || where == Where::handler || where == Where::handler_or_end);
      EXPECT_EQ(down, lost || where == Where::connecting) << static_cast<int>(kind);
    }
  }
}

TEST(Decide, LooksForAHandlersEventOneByOneAndQuarantinesItAlone) {
  for (const FailureKind kind : {FailureKind::event, FailureKind::timeout}) {
    EXPECT_EQ(action(Where::handler, kind, false), Action::one_by_one);
    EXPECT_EQ(action(Where::handler, kind, true), Action::quarantine);
  }
}

TEST(Decide, CountsConnectionsThatAHandlerLosesButNotAServerThatHasNoRoom) {
  const auto action_at = [](const char* state) {
    PassFailure why = failure(Where::handler, FailureKind::connection);
    why.failure.sqlstate = state;
    return decide(why, {.single = true}).action;
  };
  for (const char* state : {"", "57P02", "08006", "53200", "53400"}) {
    EXPECT_EQ(action_at(state), Action::reconnect_count) << state;
  }
  for (const char* state : {"53100", "53300", "25006"}) {  // a full disk, a limit, read only
    EXPECT_EQ(action_at(state), Action::reconnect) << state;
  }
}

TEST(Decide, LeavesWorkToOthersWhereNoSessionIsGivenAndCallsNothingDown) {
  PassFailure why = failure(Where::connecting, FailureKind::connection, false);
  why.failure.sqlstate = "53300";
  EXPECT_EQ(decide(why, {}).action, Action::leave_to_others);
  EXPECT_EQ(decide(why, {}).database, Database::unknown);
}

TEST(Decide, TriesAConflictAgainWhereverItWas) {
  for (const Where where :
       {Where::statement, Where::handler, Where::handler_or_end, Where::commit}) {
    EXPECT_EQ(action(where, FailureKind::conflict, true), Action::again);
  }
  EXPECT_FALSE(conflicts_want_care(2));
  EXPECT_TRUE(conflicts_want_care(3));
}

TEST(Decide, SendsApartWhatWasLateTogether) {
  EXPECT_EQ(action(Where::handler_or_end, FailureKind::timeout, true), Action::send_apart);
  EXPECT_EQ(action(Where::handler_or_end, FailureKind::connection, true), Action::reconnect);
}

TEST(Decide, QuarantinesAllThatARefusedCommitHadAppliedIfItWasOneEvent) {
  EXPECT_EQ(action(Where::commit, FailureKind::event, false), Action::one_by_one);
  EXPECT_EQ(action(Where::commit, FailureKind::event, true), Action::quarantine);
}

TEST(Decide, ExaminesItsOwnStatementsWhereNobodyWasCalled) {
  EXPECT_EQ(action(Where::statement, FailureKind::event, false), Action::examine);
  EXPECT_EQ(narrow(failure(Where::commit, FailureKind::event, false), true), Action::examine);
  EXPECT_EQ(narrow(failure(Where::commit, FailureKind::conflict, false), true), Action::rest);
  EXPECT_EQ(narrow(failure(Where::commit, FailureKind::conflict, false), false),
            Action::one_by_one);
}

TEST(Decide, BlamesAnEventForItsOwnStatementsOnlyIfTheyWorkWithoutIt) {
  EXPECT_EQ(after_statement(true, true, true), Action::blame_event);
  EXPECT_EQ(after_statement(true, true, false), Action::one_by_one);
  EXPECT_EQ(after_statement(true, false, true), Action::rest);
  EXPECT_EQ(after_statement(false, true, true), Action::rest);
}

TEST(Decide, CountsALostConnectionAgainstAnEventAfterTwoAmongOthersAndThreeAlone) {
  EXPECT_EQ(after_loss(1, false), Action::nothing);
  EXPECT_EQ(after_loss(2, false), Action::one_by_one);
  EXPECT_EQ(after_loss(4, true), Action::nothing);
  EXPECT_EQ(after_loss(5, true), Action::quarantine);
}

TEST(Decide, GivesBackWhatAListenerThatIsDownCouldNotTake) {
  const Decision decision = decide(failure(Where::listener_down, FailureKind::event), {});
  EXPECT_EQ(decision.action, Action::nothing);
  EXPECT_EQ(decision.database, Database::answers);
  EXPECT_EQ(action(Where::listener_stopped, FailureKind::event, false), Action::pause_listener);
}

}  // namespace
}  // namespace relay::engine
