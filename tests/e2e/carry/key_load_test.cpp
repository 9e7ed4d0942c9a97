#include <gtest/gtest.h>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Effects;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

TEST(KeyLoad, AHandlerThatIsSlowNowAndThenKeepsEveryKeysOrderAcrossRelays) {
  const TestDatabase db;
  const Effects effects{db};
  RelayConfig config{db.url()};
  config.relay = {{"batch_size", "20"}};
  config.add("effects", "Thing",
             effects.sql("(SELECT (payload->>'n')::int FROM pg_sleep(CASE WHEN "
                         "(payload->>'n')::int % 50 = 0 THEN 0.05 ELSE 0 END))"));
  Process one{config.command({"run"})};
  Process two{config.command({"run"})};
  for (int round = 0; round < 20; ++round) {
    db.run(tests::publishing("Thing", "'k' || n % 20", 100, 1 + 100 * round));
  }
  EXPECT_TRUE(effects.reach(2'000)) << one.err() << two.err();
  EXPECT_EQ(tests::stop_relay(one), 0);
  EXPECT_EQ(tests::stop_relay(two), 0);
  EXPECT_EQ(effects.overtaken() + effects.doubled(), 0);
  EXPECT_EQ(db.number("SELECT count(*) FROM event_attempt"), 0);
}

// The backlog of one key takes seconds; the keys of other lanes do not wait for its end.
TEST(KeyLoad, AHugeBacklogOfOneKeyHoldsUpNoOther) {
  const TestDatabase db;
  const Effects effects{db};
  constexpr long backlog = 10'000;
  db.run(tests::publishing("Thing", "'big'", backlog));
  RelayConfig config{db.url()};
  config.relay = {{"batch_size", "100"}};
  config.add(
      "effects", "Thing",
      effects.sql() + "\n'''\n, '''\nSELECT pg_sleep(0.02) WHERE EXISTS (SELECT FROM events)");
  const auto list = config.projections.find("sql = '''");
  config.projections.replace(list, 9, "sql = ['''");
  config.projections.replace(config.projections.rfind("'''\n"), 3, "''']");
  Process relay{config.command({"run"})};
  ASSERT_TRUE(effects.reach(100)) << relay.err();
  db.run(tests::publishing("Thing", "'k' || n", 200) +
         " WHERE freshet_lane(NULL, 'k' || n, NULL) <> freshet_lane(NULL, 'big', NULL)");
  const long others =
      db.number("SELECT count(*) FROM event_publication WHERE aggregate_id <> 'big'");
  EXPECT_TRUE(effects.reach(others, std::chrono::seconds{20}, "key <> 'big'")) << relay.err();
  EXPECT_LT(effects.count("key = 'big'"), backlog) << "they came behind it";
  EXPECT_EQ(tests::stop_relay(relay), 0);
  EXPECT_EQ(effects.overtaken() + effects.doubled(), 0);
}

}  // namespace
