#include <gmock/gmock.h>

#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"
#include "tests/support/dead_rows.hpp"

namespace relay::operate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BlockedKeys : public ::testing::Test {
 protected:
  /// The plan of a statement of ours with these values, under the limits it runs with.
  std::string plan(std::string_view statement, const std::vector<std::string>& values,
                   bool by_index) {
    connection_.exec("BEGIN");
    if (by_index) connection_.exec(schema::statements::plan_by_index);
    std::string text;
    for (const auto& row : pg::Script{connection_}
                               .add("EXPLAIN (COSTS OFF) " + std::string{statement}, values)
                               .run()) {
      text += std::string{row[0].c_str()} + "\n";
    }
    connection_.rollback();
    return text;
  }

  tests::TestDatabase db_;
  tests::DeadRows rows_{db_};
  pg::Connection connection_{db_.url()};
};

TEST_F(BlockedKeys, AreToldWithWhatTheyWaitBehind) {
  rows_.register_listener("board");
  rows_.publish(2, 4);
  rows_.die("board");
  db_.run("UPDATE event_delivery SET last_error = E'no\\033c' WHERE state = 'dead'");
  db_.run("UPDATE event_delivery SET state = 'retrying' WHERE event_id = '" + rows_.event("k2") +
          "'");
  const std::string text = in_text(find_blocked_keys(connection_, "", 100));
  EXPECT_THAT(text, ::testing::ContainsRegex("board +thing/k1 +3 +....-.*Z +" + rows_.event("k1") +
                                             " +dead +event +no.x1bc"));
  EXPECT_THAT(text, ::testing::ContainsRegex("board +thing/k2 +3 .* retrying "));
}

TEST_F(BlockedKeys, ADeadLetterThatHoldsNobodyIsNone) {
  rows_.register_listener("board");
  rows_.publish(3, 1);
  rows_.die("board");
  EXPECT_EQ(in_text(find_blocked_keys(connection_, "", 100)), "No key waits.\n");
}

TEST_F(BlockedKeys, AreShownToALimitAndForOneProjection) {
  rows_.register_listener("board");
  rows_.register_listener("audit");
  rows_.publish(5, 2);
  rows_.die("board");
  rows_.die("audit", "k1");
  EXPECT_THAT(in_text(find_blocked_keys(connection_, "", 2)), HasSubstr("… and 4 more keys"));
  EXPECT_THAT(in_text(find_blocked_keys(connection_, "audit", 100)),
              AllOf(HasSubstr("thing/k1"), Not(HasSubstr("board"))));
  EXPECT_THROW((void)find_blocked_keys(connection_, "adit", 100), UsageError);
}

TEST_F(BlockedKeys, AndCountsAreReadByIndexAmongTenThousandDeadAndAHundredThousandWaiting) {
  rows_.register_listener("board");
  db_.run(
      "INSERT INTO event_delivery (event_id, listener, lane, seq, key, state) SELECT "
      "gen_random_uuid(), 'board', n % 64, n, 'k' || n % 10000, CASE WHEN n < 10000 THEN 'dead' "
      "ELSE 'waiting' END FROM generate_series(0, 109999) n");
  for (const bool analysed : {false, true}) {
    if (analysed) db_.run("ANALYZE event_delivery");
    const std::string blocked = plan(schema::statements::blocked_keys, {"", "100"}, true);
    EXPECT_THAT(blocked, Not(HasSubstr("Seq Scan on event_delivery"))) << blocked;
    EXPECT_THAT(blocked, AllOf(HasSubstr("event_delivery_state"), HasSubstr("event_delivery_dead"),
                               HasSubstr("event_delivery_open")))
        << blocked;
    const std::string counts = plan(schema::statements::status_deliveries, {"10001"}, true);
    EXPECT_THAT(counts, Not(HasSubstr("Seq Scan on event_delivery"))) << counts;
    EXPECT_THAT(counts, AllOf(HasSubstr("event_delivery_ready"), HasSubstr("event_delivery_state")))
        << counts;
  }
  const std::string text = in_text(find_blocked_keys(connection_, "", 3));
  EXPECT_THAT(text, ::testing::ContainsRegex("and [0-9]+ more keys"));
  const Snapshot snapshot = read_snapshot(connection_);
  ASSERT_TRUE(snapshot.deliveries);
  EXPECT_EQ(snapshot.deliveries->at("board").at("dead"), 10'000);
  EXPECT_EQ(snapshot.deliveries->at("board").at("waiting"), count_limit);
}

}  // namespace
}  // namespace relay::operate
