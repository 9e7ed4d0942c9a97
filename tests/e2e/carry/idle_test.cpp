#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/eventually.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using Clock = std::chrono::steady_clock;

/// The transactions of a database, watched from another one. A server process reports its own about
/// once a second, so that rates are taken from one report to another.
class Transactions {
 public:
  explicit Transactions(const std::string& database)
      : connection_(tests::server_url("postgres")), database_(database) {}

  struct Report {
    long number = 0;
    Clock::time_point at;
  };

  /// Waits for a report of the one that works most. @return the count after it.
  Report next_report() {
    const long before = count();
    Report report{before};
    eventually([&] { return (report.number = count()) >= before + 4; }, 10s);
    report.at = Clock::now();
    return report;
  }

 private:
  long count() {
    pqxx::work tx{connection_};
    return tx
        .exec("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = " +
              tx.quote(database_))[0][0]
        .as<long>();
  }

  pqxx::connection connection_;
  std::string database_;
};

TEST(Idle, FourWorkersAtRestCostTheDatabaseAtMostFifteenTransactionsASecond) {
  const tests::TestDatabase db;
  const tests::ThingLoad load{db};
  load.publish(10, 10);
  tests::RelayConfig config{db.url()};
  config.relay = {{"workers", "4"}, {"poll_max_ms", "100"}};
  config.add("effects", "Thing", tests::ThingLoad::record());
  tests::Process relay{config.command({"run"})};
  ASSERT_TRUE(eventually([&] { return load.pending() == 0; })) << relay.err();

  // Upkeep looks once through everything soon after the start.
  ASSERT_TRUE(eventually([&] {
    return db.number(
               "SELECT count(*) FROM upkeep_lease WHERE held_until > now() AND NOT EXISTS ("
               "SELECT FROM pg_stat_activity WHERE datname = current_database() AND "
               "application_name LIKE 'freshet upkeep%')") == 1;
  })) << relay.err();

  Transactions transactions{db.name()};
  transactions.next_report();  // what is left of the work
  const auto first = transactions.next_report();
  auto last = first;
  while (last.at - first.at < 3s) last = transactions.next_report();
  const double seconds = std::chrono::duration<double>(last.at - first.at).count();
  const double rate = static_cast<double>(last.number - first.number) / seconds;
  RecordProperty("transactions_per_second", std::to_string(rate));
  EXPECT_LE(rate, 15) << last.number - first.number << " in " << seconds << " s";
  EXPECT_GE(rate, 1) << "it does not look for work any more";
}

}  // namespace
