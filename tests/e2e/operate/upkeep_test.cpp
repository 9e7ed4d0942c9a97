#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "relay/upkeep/repair.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;

/// What fails now and then, and is retried at once: keys are held, wait and go on all the time.
std::string failing_sometimes(const std::string& table) {
  return "INSERT INTO " + table +
         " (event_id, key, seq) SELECT id, aggregate_id, seq FROM events WHERE 1 / (random() * "
         "12)::int >= 0 ORDER BY seq";
}

/// Repairs without a rest, as no relay does, so that every moment of a batch is looked at.
void repair_until(const std::string& url, const std::stop_token& stop, std::atomic<long>& steps) {
  relay::pg::Connection connection{url};
  while (!stop.stop_requested()) steps += relay::upkeep::repair_once(connection, 10s);
}

TEST(UpkeepBesideWork, RepairsNothingThatIsOnlyOnItsWay) {
  const tests::TestDatabase db;
  const tests::ThingLoad load{db};
  db.run("CREATE TABLE slow_effects (event_id uuid, key text, seq bigint)");
  tests::RelayConfig config{db.url()};
  config.relay = {{"batch_size", "20"}};
  config.retry_s = "[1]";
  config.add("attached", "Thing", failing_sometimes("effects"));
  config.add("detached", "Thing", failing_sometimes("slow_effects"), "detached = true");
  config.add("skipping", "Thing", "SELECT 1 / (random() * 3)::int FROM events",
             "on_dead = \"skip\"");
  tests::Process one{config.command({"run"})};
  tests::Process two{config.command({"run"})};
  std::atomic<long> steps{0};
  std::jthread repairs{[&](const std::stop_token& stop) { repair_until(db.url(), stop, steps); }};
  for (int round = 0; round < 40; ++round) {
    const long before = load.effects();
    load.publish(150, 40);
    ASSERT_TRUE(eventually([&] { return load.effects() > before + 20; }, 20s)) << one.err();
    (void)config.run({"dead", "retry", "--all", "--yes"});
  }
  (void)config.run({"dead", "discard", "--all", "--yes", "--reason", "a test"});
  repairs.request_stop();
  repairs.join();
  EXPECT_GT(steps, 30);
  EXPECT_EQ(db.value("SELECT string_agg(kind || ' ' || repaired || ' ' || last_ids, '; ') FROM "
                     "upkeep_repair"),
            "");
  EXPECT_GT(db.number("SELECT count(*) FROM event_attempt"), 50) << "nothing failed";
}

TEST(UpkeepBesideWork, IsTakenOverByAnotherRelayWhenTheOneThatHasItIsKilled) {
  const tests::TestDatabase db;
  tests::RelayConfig config{db.url()};
  config.add("board", "Thing", "SELECT 1");
  const auto holder = [&] {
    return db.value("SELECT holder FROM upkeep_lease WHERE held_until > clock_timestamp()");
  };
  tests::Process one{config.command({"run"})};
  ASSERT_TRUE(eventually([&] { return !holder().empty(); })) << one.err();
  const std::string first = holder();
  const tests::Process two{config.command({"run"})};
  ASSERT_TRUE(eventually([&] {
    return db.number(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "application_name LIKE 'freshet scout%'") == 2;
  }));
  one.signal(9);
  one.wait();
  db.run("UPDATE upkeep_lease SET held_until = held_until - interval '58 s'");  // not to wait
  EXPECT_TRUE(eventually([&] { return !holder().empty() && holder() != first; }, 60s)) << two.err();
}

}  // namespace
