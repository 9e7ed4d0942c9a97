#include <gtest/gtest.h>

#include "tests/e2e/thing_load.hpp"
#include "tests/support/eventually.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;
using tests::ThingLoad;

// At rest the pauses of the probe double: 1.0, 2.0, 4.1 seconds, then five. One that has lasted
// 2.3 seconds goes on for 1.8 more, so whoever comes within one has been called.
constexpr const char* deep_in_a_pause =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'freshet scout%' AND state = 'idle' "
    "AND clock_timestamp() - state_change > interval '2.3 s'";

void expect_woken(const TestDatabase& db, long effects) {
  ASSERT_TRUE(
      eventually([&] { return db.number("SELECT count(*) FROM effects") == effects; }, 10s));
  EXPECT_LT(db.number("SELECT 1000 * extract(epoch FROM e.at - p.publication_date)::numeric(9, 3) "
                      "FROM effects e JOIN event_publication p ON p.id = e.event_id "
                      "ORDER BY e.pos DESC LIMIT 1"),
            1'000)
      << "milliseconds from publication to effect";
}

TEST(Hint, PublishAndTheTriggerWakeARelayThatIsAtRest) {
  const TestDatabase db;
  const ThingLoad load{db};
  RelayConfig config{db.url()};
  config.database_extra = "listen = true";
  config.relay = {{"poll_max_ms", "5000"}};
  config.add("effects", "Thing", ThingLoad::record());
  Process relay{config.command({"run"})};
  const auto at_rest = [&] { return db.number(deep_in_a_pause) == 1; };

  ASSERT_TRUE(eventually(at_rest, 20s)) << relay.err();
  const tests::Ended published =
      config.run({"publish"}, R"({"event_type": "Thing", "payload": {"n": 1}})"
                              "\n");
  ASSERT_EQ(published.code, 0) << published.err;
  expect_woken(db, 1);

  db.run(
      "CREATE TRIGGER wake_freshet AFTER INSERT ON event_publication "
      "FOR EACH STATEMENT EXECUTE FUNCTION freshet_notify()");
  ASSERT_TRUE(eventually(at_rest, 20s)) << relay.err();
  load.publish(1, 1);
  expect_woken(db, 2);
}

}  // namespace
