#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/text/show_status.hpp"
#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class RelaysInStatus : public ::testing::Test {
 protected:
  Status look() { return judge("main", {}, read_snapshot(connection_)); }
  Json relays() { return Json::parse(to_json(look()))["databases"][0]["relays"]; }
  void seen(const std::string& instance, const std::string& ago, int next_sign_s = 10) {
    db_.run("INSERT INTO relay_instance (instance, seen_at, next_sign_s) VALUES ('" + instance +
            "', clock_timestamp() - interval '" + ago + "', " + std::to_string(next_sign_s) + ")");
  }

  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
};

TEST_F(RelaysInStatus, EachRelayTellsItsSessionsAndTimes) {
  db_.run(
      "INSERT INTO relay_instance VALUES ('a', clock_timestamp(), true, 75, 18, 20, 30, 40, 2, "
      "'{3,1000}', '{99,1}', '{5}', '{1}')");
  const Json all = relays();
  ASSERT_EQ(all.size(), 1U);
  const Json& one = all[0];
  EXPECT_EQ(one["instance"], "a");
  EXPECT_EQ(one["present"], true);
  EXPECT_EQ(one["asleep"], true);
  EXPECT_EQ(one["sessions"], Json::parse(R"({"in_use": 18, "limit": 20, "process_in_use": 30,
                                             "process_limit": 40, "waiting": 2})"));
  EXPECT_EQ(one["acquire_ms"], Json::parse(R"({"p50": 0.003, "p95": 0.003, "p99": 0.003})"));
  EXPECT_EQ(one["run_ms"]["p50"], 0.005);
  EXPECT_THAT(to_table(look(), false), HasSubstr("relay \"a\" is asleep"));
  db_.run("UPDATE relay_instance SET asleep = false");
  EXPECT_THAT(to_table(look(), false),
              HasSubstr("relay \"a\": 2 of its tasks have waited too long"));
}

TEST_F(RelaysInStatus, OneThatSaysNothingOfItsTimesHasNone) {
  seen("a", "1 second");
  const Json one = relays()[0];
  EXPECT_TRUE(one["acquire_ms"]["p95"].is_null());
  EXPECT_TRUE(one["run_ms"]["p50"].is_null());
  EXPECT_EQ(one["sessions"]["waiting"], 0);
}

TEST_F(RelaysInStatus, WhoLooksSeldomIsPresentForThreeOfItsLooks) {
  seen("awake", "29 seconds");
  seen("gone", "31 seconds");
  seen("sleeper", "179 seconds", 60);
  seen("sleeper gone", "181 seconds", 60);
  std::map<std::string, bool> present;
  for (const Json& one : relays()) present[one["instance"]] = one["present"];
  EXPECT_EQ(present,
            (std::map<std::string, bool>{
                {"awake", true}, {"gone", false}, {"sleeper", true}, {"sleeper gone", false}}));
}

TEST_F(RelaysInStatus, OneThatSleepsBesideAnEventThatWaitsIsSaidWithWhenItWasHeardOf) {
  db_.run(
      "INSERT INTO relay_instance (instance, seen_at, asleep, next_sign_s) VALUES "
      "('a', clock_timestamp() - interval '57 s', true, 108000)");
  const auto table = [&] {
    return to_table(judge("main", {{"board", {"*"}}}, read_snapshot(connection_)), false);
  };
  EXPECT_THAT(table(), HasSubstr("nothing has happened there for a while"));
  db_.run(
      "INSERT INTO event_publication (event_type, serialized_event, publication_date) "
      "VALUES ('A', '{}', clock_timestamp() - interval '20 s')");
  EXPECT_THAT(table(), Not(HasSubstr("nothing has happened")));
  EXPECT_THAT(table(), HasSubstr("last heard of 57 s ago, and was to look again within 108000 s"));
  const Json one = relays()[0];
  EXPECT_EQ(one["heard_s_ago"], 57);
  EXPECT_EQ(one["next_sign_s"], 108'000);
}

TEST_F(RelaysInStatus, OfVeryManyThoseSeenLastAreRead) {
  db_.run(
      "INSERT INTO relay_instance (instance, seen_at) SELECT 'old ' || n, clock_timestamp() - "
      "n * interval '1 day' FROM generate_series(1, 300) n");
  seen("z", "1 second");
  const Json all = relays();
  ASSERT_EQ(all.size(), 100U);
  EXPECT_EQ(all[99]["instance"], "z");
  EXPECT_EQ(all[0]["instance"], "old 1");
}

TEST_F(RelaysInStatus, ATableThatCannotBeReadInTimeIsUnknownAndTheRestIsShown) {
  db_.run("INSERT INTO event_publication (event_type, serialized_event) VALUES ('A', '{}')");
  pqxx::connection other{db_.url()};
  pqxx::work lock{other};
  lock.exec("LOCK TABLE relay_instance IN ACCESS EXCLUSIVE MODE");
  const Status status = judge("main", {{"board", {"*"}}}, read_snapshot(connection_));
  ASSERT_EQ(status.relays.size(), 1U);
  EXPECT_FALSE(status.relays[0].relays);
  EXPECT_EQ(status.projections.at(0).pending, 1);
}

}  // namespace
}  // namespace relay::operate
