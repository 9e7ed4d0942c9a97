#include "relay/operate/status/relay_status.hpp"

#include <gmock/gmock.h>

#include "relay/operate/text/show_status.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

SeenRelay seen(const std::string& instance, Sessions sessions) {
  return {.instance = instance, .seen_ms_ago = 1'000, .sessions = sessions};
}

RelaysOfDatabase judged(const std::string& database, std::vector<SeenRelay> relays) {
  Snapshot snapshot;
  snapshot.relays = std::move(relays);
  return judge_relays(database, snapshot);
}

TEST(RelayStatus, OneThatHasEnoughSessionsHasNoLine) {
  EXPECT_EQ(relays_text({judged("main", {seen("a", {17, 20, 35, 40, 0})})}, false), "");
  EXPECT_EQ(relays_text({judged("main", {seen("says nothing", {})})}, false), "");
  EXPECT_EQ(relays_text({judge_relays("main", {})}, false), "") << "they could not be read";
}

TEST(RelayStatus, NineTenthsOfTheDatabasesOwnLimitAskForMoreOfIt) {
  EXPECT_EQ(relays_text({judged("main", {seen("a", {18, 20, 30, 40, 0})})}, false),
            "relay \"a\": 18 of 20 sessions in use here and 30 of 40 in the whole process; raise "
            "\"connections\" of [[database]] \"main\"\n");
}

TEST(RelayStatus, NineTenthsOfTheProcesssLimitAskForMoreOfThat) {
  EXPECT_EQ(relays_text({judged("main", {seen("a", {36, 40, 36, 40, 0})})}, true),
            "main: relay \"a\": 36 of 40 sessions in use here and 36 of 40 in the whole process; "
            "raise [relay] connections\n");
  EXPECT_THAT(relays_text({judged("main", {seen("a", {5, 5, 40, 40, 0})})}, false),
              HasSubstr("of [[database]] \"main\" and [relay] connections\n"));
}

TEST(RelayStatus, WorkThatWaitsIsToldAlsoWhereSessionsAreLeft) {
  EXPECT_EQ(relays_text({judged("main", {seen("a", {3, 40, 9, 40, 2})})}, false),
            "relay \"a\": 2 of its tasks have waited too long for a session, with 3 of 40 sessions "
            "in use here and 9 of 40 in the whole process; raise [relay] connections or workers\n");
}

TEST(RelayStatus, AFullProcessIsToldOnceForAllDatabasesAndWorkThatWaitsForEach) {
  const auto text = relays_text({judged("one", {seen("a", {1, 40, 40, 40, 0})}),
                                 judged("two", {seen("a", {1, 40, 40, 40, 0})}),
                                 judged("three", {seen("a", {1, 40, 40, 40, 7})})},
                                true);
  EXPECT_THAT(text, HasSubstr("one: relay \"a\": 1 of 40"));
  EXPECT_THAT(text, Not(HasSubstr("two: ")));
  EXPECT_THAT(text, HasSubstr("three: relay \"a\": 7 of its tasks"));
}

TEST(RelayStatus, ARelayThatSleepsHasOneLineForAllDatabases) {
  SeenRelay sleeper = seen("a", {});
  sleeper.asleep = true;
  EXPECT_THAT(relays_text({judged("main", {sleeper})}, false),
              HasSubstr("relay \"a\" is asleep: nothing has happened there"));
  std::vector<RelaysOfDatabase> many;
  for (const char* name : {"d1", "d2", "d3", "d4", "d5", "d6", "d7"}) {
    many.push_back(judged(name, {sleeper}));
  }
  EXPECT_THAT(relays_text(many, true),
              HasSubstr("relay \"a\" is asleep in d1, d2, d3, d4, d5 and 2 more: "));
}

TEST(RelayStatus, OneThatSleepsIsShortOfNothing) {
  SeenRelay sleeper = seen("a", {1, 4, 4, 4, 1});
  sleeper.asleep = true;
  EXPECT_THAT(relays_text({judged("main", {sleeper})}, false), Not(HasSubstr("raise")));
}

TEST(RelayStatus, OneThatShouldHaveBeenWokenTellsWhenItWasHeardOf) {
  SeenRelay sleeper = seen("a", {});
  sleeper.asleep = true;
  sleeper.heard_ms_ago = 57'400;
  sleeper.next_sign_s = 108'000;
  Snapshot snapshot;
  snapshot.relays = {sleeper};
  const auto text =
      relays_text({judge_relays("c1", snapshot, true), judged("c2", {sleeper})}, true);
  EXPECT_THAT(text, HasSubstr("c1: relay \"a\" has said that it is asleep, and there is something "
                              "to do: it was last heard of 57 s ago, and was to look again within "
                              "108000 s of that"));
  EXPECT_THAT(text, HasSubstr("relay \"a\" is asleep in c2: nothing has happened there"));
}

TEST(RelayStatus, OneThatIsGoneIsInTheJsonAloneAndNotPresent) {
  SeenRelay gone = seen("gone", {40, 40, 40, 40, 3});
  gone.asleep = true;
  gone.seen_ms_ago = present_ms + 1;
  Status status;
  status.relays = {judged("main", {gone})};
  EXPECT_THAT(to_table(status, false), Not(HasSubstr("gone")));
  const Json json = Json::parse(to_json(status));
  EXPECT_EQ(json["databases"][0]["name"], "main");
  EXPECT_EQ(json["databases"][0]["relays"][0]["instance"], "gone");
  EXPECT_EQ(json["databases"][0]["relays"][0]["present"], false);
}

TEST(RelayStatus, RelaysThatCouldNotBeReadAreNullAndNotNone) {
  Status status;
  status.relays = {judge_relays("away", {}), judged("none", {})};
  const Json json = Json::parse(to_json(status));
  EXPECT_TRUE(json["databases"][0]["relays"].is_null());
  EXPECT_EQ(json["databases"][1]["relays"], Json::array());
}

}  // namespace
}  // namespace relay::operate
