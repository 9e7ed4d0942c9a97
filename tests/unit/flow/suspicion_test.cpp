#include "relay/flow/crash/suspicion.hpp"

#include <gtest/gtest.h>

namespace relay::flow {
namespace {

TEST(Suspicion, ThreeCrashesOrTenKillsAloneAreADeadLetter) {
  for (int crashes = 0; crashes < 6; ++crashes) {
    for (int kills = 0; kills < 600; ++kills) {
      EXPECT_EQ(judge({crashes, kills}) == Verdict::dead, crashes >= 3 || kills >= 10);
    }
  }
}

}  // namespace
}  // namespace relay::flow
