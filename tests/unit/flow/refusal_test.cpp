#include "relay/flow/refusal.hpp"

#include <gtest/gtest.h>

namespace relay::flow {
namespace {

using projections::FailureKind;
using Whose = Refusal::Whose;

projections::Failure full(const std::string& words) {
  return {FailureKind::connection, "53300", words};
}

TEST(Refusal, IsToldByItsStateAndItsWordsSayWhoseLimitItWas) {
  EXPECT_EQ(refusal_of(full("too many connections for role \"r\""))->whose, Whose::role);
  EXPECT_EQ(refusal_of(full("too many connections for database \"d\""))->whose, Whose::database);
  EXPECT_EQ(refusal_of(full("sorry, too many clients already"))->whose, Whose::server);
  const auto at_host = full(
      "cannot connect to database d: connection to server failed: FATAL: sorry, too many clients "
      "already");
  EXPECT_EQ(refusal_of(at_host)->why, "sorry, too many clients already");
}

TEST(Refusal, IsNoOtherLossOfAConnection) {
  EXPECT_FALSE(refusal_of({FailureKind::connection, "", "connection refused"}));
  EXPECT_FALSE(refusal_of({FailureKind::connection, "53100", "no space left"}));
}

TEST(Refusal, IsHealedByTheStatementThatRaisesItsLimit) {
  EXPECT_EQ(remedy_of({Whose::role, ""}, "relay_1", "app", 40),
            "run: ALTER ROLE relay_1 CONNECTION LIMIT 40;");
  EXPECT_EQ(remedy_of({Whose::database, ""}, "relay", "My \"app\"", 8),
            "run: ALTER DATABASE \"My \"\"app\"\"\" CONNECTION LIMIT 8;");
  EXPECT_NE(remedy_of({Whose::server, ""}, "relay", "app", 8).find("max_connections"),
            std::string::npos);
}

}  // namespace
}  // namespace relay::flow
