#include "relay/listeners/assignment.hpp"

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

TEST(Assignment, ARelayServesWhatIsRegisteredAsItDeclaresIt) {
  const Assignment assignment = assignment_of({declared("board", {"A*", "B*"})},
                                              registered({declared("board", {"B*", "A*"})}));
  EXPECT_EQ(assignment.version, "7");
  EXPECT_TRUE(assignment.attached.contains("board"));
  EXPECT_TRUE(assignment.owed.empty());
}

TEST(Assignment, EventsAreOwedToActiveListenersOfOtherRelays) {
  const Assignment assignment =
      assignment_of({declared("board")}, registered({declared("board"), declared("audit")}));
  EXPECT_EQ(names(assignment.owed), Names{"audit"});
  EXPECT_FALSE(assignment.serves("audit"));
}

TEST(Assignment, APausedListenerIsOwedAndNotServed) {
  const Assignment assignment =
      assignment_of({declared("board")}, registered({declared("board")}, "paused"));
  EXPECT_EQ(names(assignment.owed), Names{"board"});
  EXPECT_FALSE(assignment.serves("board"));
}

TEST(Assignment, ARetiredListenerIsOwedNothing) {
  const Assignment assignment =
      assignment_of({declared("board")}, registered({declared("board")}, "retired"));
  EXPECT_TRUE(assignment.owed.empty());
  EXPECT_FALSE(assignment.serves("board"));
}

TEST(Assignment, ADetachedListenerIsServedFromItsDeliveriesAlone) {
  Declaration slow = declared("slow");
  slow.detached = true;
  const Assignment assignment = assignment_of({slow}, registered({slow}));
  EXPECT_TRUE(assignment.detached.contains("slow"));
  EXPECT_FALSE(assignment.attached.contains("slow"));
  EXPECT_EQ(names(assignment.owed), Names{"slow"});
}

TEST(Assignment, WhoeverDeclaresAListenerOtherwiseLeavesItToTheOthers) {
  Declaration other = declared("board");
  for (int what = 0; what < 4; ++what) {
    other = declared("board");
    if (what == 0) other.patterns = {"A"};
    if (what == 1) other.detached = true;
    if (what == 2) other.skip_dead = true;
    if (what == 3) other.kind = "forward";
    EXPECT_FALSE(assignment_of({declared("board")}, registered({other})).serves("board")) << what;
    EXPECT_EQ(names(assignment_of({declared("board")}, registered({other})).owed), Names{"board"});
  }
}

TEST(Assignment, TheLastOneToStartDecidesWhatAListenerIs) {
  const Registered there = registered({declared("board", {"Old"})});
  EXPECT_EQ(to_register({declared("board", {"New"})}, there, true).size(), 1U);
  EXPECT_TRUE(to_register({declared("board", {"Old"})}, there, true).empty());
  EXPECT_EQ(to_register({declared("more")}, there, true).size(), 1U);
}

TEST(Assignment, ARunningRelayTakesAListenerBackOnlyFromOnesThatAreGone) {
  Registered there = registered({declared("board", {"Old"})});
  there.listeners["board"].others_seen_ms = 9'000;
  EXPECT_TRUE(to_register({declared("board", {"New"})}, there, false).empty());
  there.listeners["board"].others_seen_ms = 31'000;
  EXPECT_EQ(to_register({declared("board", {"New"})}, there, false).size(), 1U);
}

TEST(Assignment, WhatIsRetiredUnderARunningRelayStaysRetired) {
  const Registered there = registered({declared("board")}, "retired");
  EXPECT_TRUE(to_register({declared("board")}, there, false).empty());
  EXPECT_EQ(to_register({declared("board")}, there, true).size(), 1U);
}

TEST(Assignment, AnotherSettingStopsARelayWithWhatToDo) {
  Registered there = registered({});
  EXPECT_TRUE(disagreements(settings, there).empty());
  there.settings["completion"] = "delete";
  const auto faults = disagreements(settings, there);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_NE(faults[0].find("completion = \"delete\""), std::string::npos) << faults[0];
  EXPECT_NE(faults[0].find("freshet settings --adopt"), std::string::npos) << faults[0];
}

}  // namespace
