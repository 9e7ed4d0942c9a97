#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "tests/support/engine_run.hpp"

namespace {

using namespace std::chrono_literals;
using tests::EngineRun;
using tests::TestDatabase;

constexpr int keys = 24;

/// Publishes for a while as an application does that serialises per key: it takes the key's row,
/// sometimes dawdles before it draws a seq, sometimes before it commits, sometimes rolls back.
void write(const std::string& url, unsigned seed, const std::atomic<bool>& enough) {
  std::mt19937 random{seed};
  const auto dawdle = [&random](int of_hundred, int ms) {
    if (static_cast<int>(random() % 100) < of_hundred) {
      std::this_thread::sleep_for(std::chrono::milliseconds{random() % static_cast<unsigned>(ms)});
    }
  };
  pqxx::connection connection{url};
  while (!enough) {
    pqxx::work tx{connection};
    std::set<int> chosen;  // rising, so that two writers never wait in a circle
    for (unsigned i = 0; i < (random() % 4 == 0 ? 3U : 1U); ++i) chosen.insert(random() % keys);
    for (const int key : chosen) {
      const std::string k = std::to_string(key);
      const auto n = tx.exec("UPDATE agg SET n = n + 1 WHERE k = " + k + " RETURNING n")[0][0];
      dawdle(10, 30);
      tx.exec(
          "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) VALUES "
          "('Counted', '" +
          std::string{n.c_str()} + "', 'k" + k + "')");
    }
    dawdle(3, 600);
    dawdle(10, 20);
    if (random() % 10 != 0) tx.commit();
  }
}

// Four lanes' worth of keys, six writers with open, late and aborted transactions, two relays.
TEST(OrderUnderStress, NoKeyIsOvertakenByALateCommitAndNothingIsLostOrDoubled) {
  const TestDatabase db;
  db.run(
      "CREATE TABLE agg (k int PRIMARY KEY, n int NOT NULL);"
      "INSERT INTO agg SELECT k, 0 FROM generate_series(0, 23) k;"
      "CREATE TABLE effects (pos bigserial, key text, n int)");
  EngineRun run{db};
  run.settings.relay.batch_size = 40;
  run.add_sql("effects", {"Counted"},
              "INSERT INTO effects (key, n) SELECT aggregate_id, (payload#>>'{}')::int FROM events "
              "ORDER BY seq");
  std::atomic<bool> enough{false};
  {
    const auto one = run.start();
    const auto two = run.start();
    std::vector<std::jthread> writers;
    for (unsigned seed = 1; seed <= 6; ++seed) {
      writers.emplace_back([&, seed] { write(db.url(), seed, enough); });
    }
    std::this_thread::sleep_for(6s);  // the length of the run, not a wait for something
    enough = true;
    writers.clear();
    for (const auto& engine : {one.get(), two.get()}) {
      engine->request_stop();
      ASSERT_TRUE(engine->wait(std::chrono::steady_clock::now() + 10s));
    }
  }
  ASSERT_TRUE(run.drain());
  EXPECT_GT(db.number("SELECT count(*) FROM effects"), 500);
  EXPECT_EQ(db.number("SELECT count(*) FROM effects"), db.number("SELECT sum(n) FROM agg"));
  EXPECT_EQ(db.number("SELECT count(*) FROM (SELECT DISTINCT key, n FROM effects) e"),
            db.number("SELECT sum(n) FROM agg"));
  EXPECT_EQ(
      db.number("SELECT count(*) FROM (SELECT n, lag(n) OVER (PARTITION BY key ORDER BY pos) AS "
                "before FROM effects) e WHERE before > n"),
      0);
}

}  // namespace
