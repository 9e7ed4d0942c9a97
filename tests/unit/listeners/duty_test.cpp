#include "relay/listeners/duty.hpp"

#include <gtest/gtest.h>

namespace {

using namespace relay::listeners;

const std::map<std::string, std::string> settings{{"completion", "update"}, {"lanes", "64"}};

Declaration declared(const std::string& name, std::vector<std::string> patterns = {"*"}) {
  return {.name = name, .kind = "projection", .patterns = std::move(patterns)};
}

Registered registered(const std::vector<Declaration>& declarations,
                      const std::string& state = "active") {
  Registered all{.settings = settings};
  all.settings["listeners_version"] = "7";
  for (const Declaration& declaration : declarations) {
    all.listeners[declaration.name] = {.declaration = declaration, .state = state};
  }
  return all;
}

std::vector<std::string> names(const std::vector<projections::ProjectionOptions>& owed) {
  std::vector<std::string> names;
  for (const auto& one : owed) names.push_back(one.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Duty, ARelayServesWhatIsRegisteredAsItDeclaresIt) {
  const Duty duty =
      duty_of({declared("board", {"A*", "B*"})}, registered({declared("board", {"B*", "A*"})}));
  EXPECT_EQ(duty.version, "7");
  EXPECT_TRUE(duty.attached.contains("board"));
  EXPECT_TRUE(duty.owed.empty());
}

TEST(Duty, EventsAreOwedToActiveListenersOfOtherRelays) {
  const Duty duty =
      duty_of({declared("board")}, registered({declared("board"), declared("audit")}));
  EXPECT_EQ(names(duty.owed), Names{"audit"});
  EXPECT_FALSE(duty.serves("audit"));
}

TEST(Duty, APausedListenerIsOwedAndNotServed) {
  const Duty duty = duty_of({declared("board")}, registered({declared("board")}, "paused"));
  EXPECT_EQ(names(duty.owed), Names{"board"});
  EXPECT_FALSE(duty.serves("board"));
}

TEST(Duty, ARetiredListenerIsOwedNothing) {
  const Duty duty = duty_of({declared("board")}, registered({declared("board")}, "retired"));
  EXPECT_TRUE(duty.owed.empty());
  EXPECT_FALSE(duty.serves("board"));
}

TEST(Duty, ADetachedListenerIsServedFromItsDeliveriesAlone) {
  Declaration slow = declared("slow");
  slow.detached = true;
  const Duty duty = duty_of({slow}, registered({slow}));
  EXPECT_TRUE(duty.detached.contains("slow"));
  EXPECT_FALSE(duty.attached.contains("slow"));
  EXPECT_EQ(names(duty.owed), Names{"slow"});
}

TEST(Duty, WhoeverDeclaresAListenerOtherwiseLeavesItToTheOthers) {
  Declaration other = declared("board");
  for (int what = 0; what < 4; ++what) {
    other = declared("board");
    if (what == 0) other.patterns = {"A"};
    if (what == 1) other.detached = true;
    if (what == 2) other.skip_dead = true;
    if (what == 3) other.kind = "forward";
    EXPECT_FALSE(duty_of({declared("board")}, registered({other})).serves("board")) << what;
    EXPECT_EQ(names(duty_of({declared("board")}, registered({other})).owed), Names{"board"});
  }
}

TEST(Duty, TheLastOneToStartDecidesWhatAListenerIs) {
  const Registered there = registered({declared("board", {"Old"})});
  EXPECT_EQ(to_register({declared("board", {"New"})}, there, true).size(), 1U);
  EXPECT_TRUE(to_register({declared("board", {"Old"})}, there, true).empty());
  EXPECT_EQ(to_register({declared("more")}, there, true).size(), 1U);
}

TEST(Duty, ARunningRelayTakesAListenerBackOnlyFromOnesThatAreGone) {
  Registered there = registered({declared("board", {"Old"})});
  there.listeners["board"].others_seen_ms = 9'000;
  EXPECT_TRUE(to_register({declared("board", {"New"})}, there, false).empty());
  there.listeners["board"].others_seen_ms = 31'000;
  EXPECT_EQ(to_register({declared("board", {"New"})}, there, false).size(), 1U);
}

TEST(Duty, WhatIsRetiredUnderARunningRelayStaysRetired) {
  const Registered there = registered({declared("board")}, "retired");
  EXPECT_TRUE(to_register({declared("board")}, there, false).empty());
  EXPECT_EQ(to_register({declared("board")}, there, true).size(), 1U);
}

TEST(Duty, AnotherSettingStopsARelayWithWhatToDo) {
  Registered there = registered({});
  EXPECT_TRUE(disagreements(settings, there).empty());
  there.settings["completion"] = "delete";
  const auto faults = disagreements(settings, there);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_NE(faults[0].find("completion = \"delete\""), std::string::npos) << faults[0];
  EXPECT_NE(faults[0].find("freshet settings --adopt"), std::string::npos) << faults[0];
}

}  // namespace
