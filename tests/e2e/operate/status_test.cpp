#include <gtest/gtest.h>

#include <csignal>

#include <nlohmann/json.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using tests::Ended;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;
using tests::ThingLoad;
using Json = nlohmann::json;

class StatusJson : public ::testing::Test {
 protected:
  StatusJson() { config_.add("effects", "Thing", ThingLoad::record()); }

  /// The line of the only projection, as another process sees it.
  [[nodiscard]] Json look() const {
    const Ended ended = config_.run({"status", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const Json all = Json::parse(ended.out, nullptr, false);
    EXPECT_TRUE(all.is_object()) << ended.out;
    if (!all.is_object() || all.value("projections", Json::array()).size() != 1) return {};
    return all["projections"][0];
  }

  TestDatabase db_;
  ThingLoad load_{db_};
  RelayConfig config_{db_.url()};
};

void expect_contract(const Json& line) {
  ASSERT_TRUE(line.is_object());
  for (const char* field : {"name", "badge", "state"}) {
    EXPECT_TRUE(line.at(field).is_string()) << field;
  }
  for (const char* field : {"pending", "retrying", "waiting", "dead"}) {
    EXPECT_TRUE(line.at(field).is_number_integer()) << field;
  }
  EXPECT_TRUE(line.at("badge") == "GREEN" || line.at("badge") == "YELLOW" ||
              line.at("badge") == "RED");
  const bool applied = !line.at("last_applied").is_null();
  EXPECT_TRUE(!applied || line.at("last_applied").is_string());
  for (const char* share : {"p50", "p95", "p99"}) {
    EXPECT_EQ(line.at("lag_ms").at(share).is_number(), applied) << share;
  }
}

TEST_F(StatusJson, KeepsItsFieldsBeforeDuringAndAfterARun) {
  const Json before = look();
  expect_contract(before);
  EXPECT_EQ(before["name"], "effects");
  EXPECT_EQ(before["state"], "idle");
  EXPECT_EQ(before["badge"], "GREEN");
  EXPECT_EQ(before["pending"], 0);
  EXPECT_TRUE(before["last_applied"].is_null());

  Process relay{config_.command({"run"})};
  load_.publish(20, 20);
  Json during;
  ASSERT_TRUE(eventually([&] {
    during = look();
    return !during["last_applied"].is_null();
  })) << relay.err();
  expect_contract(during);
  EXPECT_EQ(during["state"], "live");
  EXPECT_EQ(during["applied_total"], 20);
  EXPECT_GT(during["lag_ms"]["p50"], 0);
  EXPECT_LE(during["lag_ms"]["p50"], during["lag_ms"]["p95"]);
  EXPECT_LE(during["lag_ms"]["p95"], during["lag_ms"]["p99"]);
  relay.signal(SIGTERM);
  ASSERT_EQ(relay.wait(), 0);

  // Ten seconds later, without waiting for them.
  db_.run("UPDATE projection_freshness SET last_applied_at = last_applied_at - interval '10 s'");
  const Json after = look();
  expect_contract(after);
  EXPECT_EQ(after["state"], "idle");
  EXPECT_EQ(after["pending"], 0);
  EXPECT_EQ(after["applied_total"], 20);
}

TEST_F(StatusJson, IsStalledAndRedWhenEventsWaitAndNoRelayRuns) {
  load_.publish(3, 3);
  EXPECT_EQ(look()["state"], "live") << "they have only just come";
  db_.run("UPDATE event_publication SET publication_date = now() - interval '7 s'");
  const Json line = look();
  expect_contract(line);
  EXPECT_EQ(line["state"], "stalled");
  EXPECT_EQ(line["badge"], "RED");
  EXPECT_EQ(line["pending"], 3);
  EXPECT_GE(line["oldest_pending_ms"], 7'000);
}

TEST_F(StatusJson, CountsDeadLettersAndWhatWaitsBehindThem) {
  load_.publish(10, 2);
  config_.projections.clear();
  config_.add("effects", "Thing", ThingLoad::record("1 / ((payload->>'n')::int - 3) IS NOT NULL"));
  ASSERT_EQ(config_.run({"run", "--drain"}).code, 0);
  const Json line = look();
  expect_contract(line);
  EXPECT_EQ(line["dead"], 1);
  EXPECT_EQ(line["waiting"], 3);
  EXPECT_EQ(line["retrying"], 0);
  EXPECT_EQ(line["pending"], 0);
  EXPECT_EQ(line["applied_total"], 6);
}

}  // namespace
