#include <gtest/gtest.h>

#include "tests/support/thing_load.hpp"

namespace {

using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;

class Addressed : public ::testing::Test {
 protected:
  Addressed() {
    db_.run("CREATE TABLE seen (listener text, event_id uuid, listener_id text)");
    add("first");
    add("second");
  }
  void add(const std::string& name) {
    config_.add(name, "Thing",
                "INSERT INTO seen SELECT '" + name +
                    "', id, (SELECT listener_id FROM event_publication p WHERE p.id = events.id) "
                    "FROM events ORDER BY seq");
  }
  void publish(const std::string& key, const std::string& listener) {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_id, listener_id) "
        "VALUES ('Thing', '{}', '" +
        key + "', " + listener + ")");
  }
  void drain() {
    const Ended ended = config_.run({"run", "--drain"});
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
  [[nodiscard]] std::string seen() const {
    return db_.value(
        "SELECT string_agg(line, ' ' ORDER BY line) FROM (SELECT listener || ':' || "
        "coalesce(listener_id, '-') || ':' || count(*) AS line FROM seen "
        "GROUP BY listener, listener_id) s");
  }

  TestDatabase db_;
  RelayConfig config_{db_.url()};
};

TEST_F(Addressed, AnEventForOneProjectionReachesOnlyThatOne) {
  publish("k", "'second'");
  publish("k", "NULL");
  publish("k", "'first'");
  publish("k", "'second'");
  drain();
  EXPECT_EQ(seen(), "first:-:1 first:first:1 second:-:1 second:second:2");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery"), 0);
}

TEST_F(Addressed, AnEventForNobodyIsParkedBlocksNothingAndWaitsForWhoComesLater) {
  publish("k", "'third'");
  publish("k", "NULL");  // of the same key, behind it
  drain();
  EXPECT_EQ(seen(), "first:-:1 second:-:1");
  EXPECT_EQ(db_.value("SELECT listener || ' ' || state || ' ' || attempts FROM event_delivery"),
            "third ready 0");
  EXPECT_EQ(db_.value("SELECT parked || ' ' || (completion_date IS NULL) FROM event_publication "
                      "WHERE listener_id = 'third'"),
            "true true");
  EXPECT_NE(config_.run({"status"}).out.find("third"), std::string::npos)
      << "somebody must be told";

  publish("k", "'third'");
  add("third");
  drain();
  EXPECT_EQ(seen(), "first:-:1 second:-:1 third:third:2");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL"), 0);
}

}  // namespace
