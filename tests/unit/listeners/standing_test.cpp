#include "relay/listeners/standing.hpp"

#include <gtest/gtest.h>

namespace {

using relay::listeners::disagreements;
using relay::listeners::Registered;

const std::map<std::string, std::string> settings{{"completion", "update"}, {"lanes", "64"}};

Registered registered(std::map<std::string, Registered::Entry> listeners) {
  return {std::move(listeners),
          {{"completion", "update"}, {"lanes", "64"}, {"listeners_version", "7"}}};
}

std::string only(const std::vector<std::string>& faults) {
  return faults.size() == 1 ? faults[0] : std::to_string(faults.size()) + " faults";
}

TEST(Standing, ARelayThatRunsEveryActiveListenerMayClaim) {
  const auto there = registered({{"board", {{"B*", "A*"}, "active"}}, {"old", {{"*"}, "retired"}}});
  EXPECT_TRUE(disagreements({{"board", {"A*", "B*"}}}, settings, there).empty());
  EXPECT_EQ(there.version(), "7");
}

TEST(Standing, AnActiveListenerItDoesNotRunStopsIt) {
  const auto there = registered({{"board", {{"*"}, "active"}}, {"audit", {{"*"}, "active"}}});
  const std::string fault = only(disagreements({{"board", {"*"}}}, settings, there));
  EXPECT_NE(fault.find("\"audit\""), std::string::npos) << fault;
  EXPECT_NE(fault.find("freshet listeners retire audit"), std::string::npos) << fault;
}

TEST(Standing, APausedListenerOfAnotherStopsItToo) {
  const auto there = registered({{"board", {{"*"}, "active"}}, {"audit", {{"*"}, "paused"}}});
  EXPECT_EQ(disagreements({{"board", {"*"}}}, settings, there).size(), 1U);
}

TEST(Standing, OtherPatternsStopItAndSayWhatToDo) {
  const auto there = registered({{"board", {{"Incident*"}, "active"}}});
  const std::string fault = only(disagreements({{"board", {"*"}}}, settings, there));
  EXPECT_NE(fault.find("[Incident*]"), std::string::npos) << fault;
  EXPECT_NE(fault.find("freshet listeners retire board"), std::string::npos) << fault;
}

TEST(Standing, ItsOwnListenerRetiredUnderItStopsIt) {
  const auto there = registered({{"board", {{"*"}, "retired"}}});
  EXPECT_NE(only(disagreements({{"board", {"*"}}}, settings, there)).find("retired"),
            std::string::npos);
}

TEST(Standing, AnotherSettingStopsIt) {
  auto there = registered({{"board", {{"*"}, "active"}}});
  there.settings["completion"] = "delete";
  const std::string fault = only(disagreements({{"board", {"*"}}}, settings, there));
  EXPECT_NE(fault.find("completion = \"delete\""), std::string::npos) << fault;
  EXPECT_NE(fault.find("freshet settings --adopt"), std::string::npos) << fault;
}

TEST(Standing, EveryFaultIsSaidAtOnce) {
  const auto there = registered({{"audit", {{"*"}, "active"}}});
  EXPECT_EQ(disagreements({{"board", {"*"}}, {"other", {"*"}}}, settings, there).size(), 3U);
}

}  // namespace
