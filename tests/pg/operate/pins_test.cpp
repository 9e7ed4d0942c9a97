#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "relay/operate/text/show_status.hpp"
#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class PinnedVacuum : public ::testing::Test {
 protected:
  Status look(seconds after) { return judge("main", {}, read_snapshot(connection_, after)); }

  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
};

TEST_F(PinnedVacuum, IsBlamedOnTheSessionThatHoldsTheOldestSnapshot) {
  pqxx::connection holder{db_.url() + (db_.url().find('?') == std::string::npos ? "?" : "&") +
                          "application_name=nightly_report"};
  pqxx::transaction<pqxx::isolation_level::repeatable_read> report{holder};
  report.exec("SELECT 1");
  EXPECT_TRUE(look(seconds{3600}).pinned.empty());
  const Status status = look(seconds{0});
  ASSERT_FALSE(status.pinned.empty());
  const Pin& pin = status.pinned[0].pin;
  EXPECT_EQ(pin.pid, holder.backendpid());
  EXPECT_EQ(pin.application, "nightly_report");
  EXPECT_EQ(pin.user, holder.username());
  EXPECT_TRUE(pin.age_s);
  EXPECT_THAT(
      to_table(status, false),
      AllOf(HasSubstr("vacuum is held back by session " + std::to_string(holder.backendpid())),
            HasSubstr("application \"nightly_report\""), HasSubstr("idle in transaction")));
  const Json json = Json::parse(to_json(status));
  EXPECT_EQ(json["vacuum_pinned_by"][0]["pid"], holder.backendpid());
  EXPECT_EQ(json["vacuum_pinned_by"][0]["application_name"], "nightly_report");
}

TEST_F(PinnedVacuum, ATransactionThatHasWrittenPinsAsWell) {
  pqxx::connection writer{db_.url()};
  pqxx::work open{writer};
  open.exec("CREATE TABLE t (a int)");
  const Status status = look(seconds{0});
  ASSERT_FALSE(status.pinned.empty());
  EXPECT_EQ(status.pinned[0].pin.pid, writer.backendpid());
}

TEST_F(PinnedVacuum, WhatARoleMayNotSeeIsSaid) {
  const std::string role = "freshet_blind_" + std::to_string(::getpid());
  db_.run("CREATE ROLE " + role);
  db_.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);
  pqxx::connection holder{db_.url()};
  pqxx::transaction<pqxx::isolation_level::repeatable_read> report{holder};
  report.exec("SELECT 1");
  connection_.exec("SET ROLE " + role);
  const Status status = look(seconds{300});
  connection_.exec("RESET ROLE");
  report.abort();
  db_.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
  EXPECT_TRUE(status.pinned.empty());
  ASSERT_EQ(status.hidden.size(), 1U);
  EXPECT_GE(status.hidden[0].sessions, 1);
  EXPECT_THAT(to_table(status, false), HasSubstr("GRANT pg_read_all_stats"));
  EXPECT_GE(Json::parse(to_json(status))["vacuum_pins_hidden"][0]["sessions"], 1);
}

TEST_F(PinnedVacuum, APreparedTransactionAndASlotAreNamedWhereThereAreSome) {
  const Pin prepared{"prepared transaction", std::nullopt, "app", "", 400, 17, "tx-1"};
  const Pin slot{"replication slot", std::nullopt, "", "", std::nullopt, 2'000'000, "standby_1"};
  Snapshot snapshot;
  snapshot.pins = {slot, prepared};
  const std::string text = to_table(judge("main", {}, snapshot), false);
  EXPECT_THAT(text, AllOf(HasSubstr("prepared transaction \"tx-1\" of user \"app\", for 400 s"),
                          HasSubstr("replication slot \"standby_1\", 2000000 transactions ago")));
}

}  // namespace
}  // namespace relay::operate
