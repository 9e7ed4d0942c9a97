#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/effects.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/fleet_config.hpp"

namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::Effects;
using tests::Ended;
using tests::FaultProxy;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

long times(const std::string& text, const std::string& words) {
  long number = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++number;
  return number;
}

/// Of this machine, to a port of 127.0.0.1.
int connections_to(int port) {
  constexpr const char* established = "01";
  std::ifstream table{"/proc/net/tcp"};
  std::string line;
  std::getline(table, line);
  int number = 0;
  while (std::getline(table, line)) {
    std::istringstream fields{line};
    std::string slot, local, remote, state;
    fields >> slot >> local >> remote >> state;
    const bool there = std::stoi(remote.substr(remote.find(':') + 1), nullptr, 16) == port;
    number += there && state == established ? 1 : 0;
  }
  return number;
}

bool it_says(const Process& relay, const std::string& words) {
  return tests::eventually([&] { return relay.err().find(words) != std::string::npos; });
}

/// A relay with one database that is well and others that are not.
class FleetStart : public ::testing::Test {
 protected:
  FleetStart() { config_.add("effects", "Thing", effects_.sql()); }

  void expect_well_is_served(const Process& relay) {
    well_.run(tests::publishing("Thing", "'k'", 10));
    EXPECT_TRUE(effects_.reach(10, 9s)) << relay.err();
  }

  TestDatabase well_;
  Effects effects_{well_};
  RelayConfig config_{well_.url()};
};

constexpr const char* not_yet = "a database is not served yet, and is asked again: ";

TEST_F(FleetStart, ADatabaseThatIsNotReadyKeepsNoOtherFromBeingServedAndIsServedOnceItIs) {
  const TestDatabase late{TestDatabase::Kind::empty};
  FaultProxy way{late.url()};  // counts how often it is asked
  tests::add_database(config_, "late", way.url());
  const Ended drained = config_.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 3) << drained.err;
  EXPECT_THAT(drained.err, AllOf(HasSubstr("freshet migrate"), HasSubstr("database=late")));

  Process relay{config_.command({"run"})};
  expect_well_is_served(relay);
  const int asked = way.accepted();
  EXPECT_TRUE(tests::eventually([&] { return way.accepted() >= asked + 2; })) << relay.err();
  EXPECT_EQ(times(relay.err(), not_yet), 1) << "once for each reason\n" << relay.err();
  EXPECT_THAT(relay.err(), HasSubstr("run freshet migrate"));

  EXPECT_EQ(config_.run({"migrate", "--database", "late"}).code, 0);
  EXPECT_TRUE(it_says(relay, "relation \"effects\" does not exist")) << relay.err();
  EXPECT_EQ(times(relay.err(), not_yet), 2) << relay.err();

  const Effects effects_of_late{late};
  late.run(tests::publishing("Thing", "'k'", 10));
  EXPECT_TRUE(effects_of_late.reach(10)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
  EXPECT_EQ(times(relay.err(), not_yet), 2) << relay.err();
}

TEST_F(FleetStart, TenDatabasesThatDoNotAnswerDelayTheOthersAsOneDoes) {
  const TestDatabase late;
  const Effects effects_of_late{late};
  FaultProxy hole{well_.url()};
  hole.set(FaultProxy::Mode::black_hole);
  for (int n = 0; n < 10; ++n) {
    tests::add_database(config_, "hole" + std::to_string(n), hole.url() + "?connect_timeout=2");
  }
  FaultProxy way{late.url()};
  way.set(FaultProxy::Mode::refuse);
  tests::add_database(config_, "late", way.url());
  Process relay{config_.command({"run"})};
  expect_well_is_served(relay);  // one after the other the others take 20 s
  EXPECT_TRUE(it_says(relay, "database=late")) << relay.err();
  late.run(tests::publishing("Thing", "'k'", 10));
  way.set(FaultProxy::Mode::forward);
  EXPECT_TRUE(effects_of_late.reach(10, 15s)) << "its turn comes all the same\n" << relay.err();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(15s), 0) << relay.err();
}

TEST_F(FleetStart, AHangUpWhileDatabasesAreStillAskedDoesNotEndTheProcess) {
  FaultProxy hole{well_.url()};
  hole.set(FaultProxy::Mode::black_hole);
  tests::add_database(config_, "hole", hole.url() + "?connect_timeout=2");
  Process relay{config_.command({"run"})};
  ASSERT_TRUE(tests::eventually([&] { return hole.accepted() > 0; })) << relay.err();
  relay.signal(SIGHUP);
  expect_well_is_served(relay);
  EXPECT_TRUE(it_says(relay, "no setting changed")) << "it is heard once there is somebody to hear";
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.wait(15s), 0) << relay.err();
}

TEST_F(FleetStart, NoMoreDatabasesAreAskedAtOnceThanTheProcessMayHaveSessions) {
  FaultProxy hole{well_.url()};
  hole.set(FaultProxy::Mode::black_hole);
  const std::string url = hole.url() + "?connect_timeout=2";
  RelayConfig config{url};
  config.add("effects", "Thing", effects_.sql());
  config.relay["connections"] = "3";
  for (int n = 0; n < 5; ++n) tests::add_database(config, "hole" + std::to_string(n), url);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(config.run({"run"}).code, 3);
  EXPECT_GT(std::chrono::steady_clock::now() - began, 3s) << "six at once are given up after two";
}

TEST_F(FleetStart, DatabasesThatDoNotAnswerAreAskedAgainOverHalfOfTheSessionsAtMost) {
  FaultProxy hole{well_.url()};
  hole.set(FaultProxy::Mode::black_hole);
  config_.relay["connections"] = "4";
  for (int n = 0; n < 6; ++n) {
    tests::add_database(config_, "hole" + std::to_string(n), hole.url() + "?connect_timeout=2");
  }
  Process relay{config_.command({"run"})};
  expect_well_is_served(relay);
  const int asked = hole.accepted();
  int most = 0;
  EXPECT_TRUE(tests::eventually([&] {
    most = std::max(most, connections_to(hole.port()));
    return hole.accepted() >= asked + 6;
  })) << relay.err();
  EXPECT_EQ(most, 2);
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

TEST_F(FleetStart, ADatabaseThatIsTooSlowIsLeftForLater) {
  const TestDatabase slow;
  const Effects effects_of_slow{slow};
  tests::add_database(config_, "slow", slow.url());
  pqxx::connection other{slow.url()};
  pqxx::work holds_up{other};
  holds_up.exec("LOCK TABLE freshet_schema_history");
  Process relay{config_.command({"run"})};
  well_.run(tests::publishing("Thing", "'k'", 10));
  EXPECT_TRUE(effects_.reach(10, 20s)) << relay.err();
  EXPECT_THAT(relay.err(), HasSubstr("is slow: it did not answer all checks within 10 s"));
  holds_up.commit();
  slow.run(tests::publishing("Thing", "'k'", 10));
  EXPECT_TRUE(effects_of_slow.reach(10)) << relay.err();
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

TEST_F(FleetStart, WhereNoDatabaseIsFitTheRelayEndsAndSaysWhyOfEach) {
  const TestDatabase empty{TestDatabase::Kind::empty};
  RelayConfig config{tests::nobodys_url};
  config.add("effects", "Thing", effects_.sql());
  tests::add_database(config, "empty", empty.url());
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run"}, {"run", "--drain"}}) {
    const Ended ended = config.run(words);
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_EQ(times(ended.err, "database=main"), 1) << ended.err;
    EXPECT_EQ(times(ended.err, "database=empty"), 1) << ended.err;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("127.0.0.1"), HasSubstr("freshet migrate")));
  }
}

TEST_F(FleetStart, ADrainNamesEveryDatabaseThatIsUnfitAndTouchesNone) {
  const TestDatabase empty{TestDatabase::Kind::empty};
  tests::add_database(config_, "away", tests::nobodys_url);
  tests::add_database(config_, "empty", empty.url());
  well_.run(tests::publishing("Thing", "'k'", 10));
  const Ended ended = config_.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("database=away"), HasSubstr("database=empty")));
  EXPECT_EQ(effects_.count(), 0);
}

}  // namespace
