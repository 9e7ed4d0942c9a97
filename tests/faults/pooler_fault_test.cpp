#include <gtest/gtest.h>

#include "tests/support/outage.hpp"
#include "tests/support/pgbouncer.hpp"

namespace {

using tests::Outage;
using tests::PgBouncer;
using tests::TestDatabase;

/// A relay behind a pooler in transaction mode that has two connections.
class PoolerFault : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PgBouncer::available()) GTEST_SKIP() << "PgBouncer is not installed: ./dev setup";
    pooler_ = std::make_unique<PgBouncer>(db_.name(), 2);
    outage_ = std::make_unique<Outage>(db_, pooler_->url() + "?connect_timeout=2");
    outage_->start();
    outage_->work();
  }
  /// What one session of the pool says of itself.
  [[nodiscard]] std::string ask(const std::string& sql) const {
    pqxx::connection session{pooler_->url()};
    const pqxx::result rows = pqxx::nontransaction{session}.exec(sql);
    return rows[0][0].c_str();
  }
  void expect_nothing_left_in_a_session() const {
    EXPECT_EQ(ask("SELECT count(*) FROM pg_prepared_statements"), "0");
    // A batch under way holds some to its end; one that is left in a session is there at any time.
    EXPECT_TRUE(tests::eventually(
        [&] { return ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"; }));
    EXPECT_EQ(ask("SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE source = "
                  "'session' AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', "
                  "'TimeZone', 'standard_conforming_strings', 'IntervalStyle')"),
              "");
  }

  TestDatabase db_;
  std::unique_ptr<PgBouncer> pooler_;
  std::unique_ptr<Outage> outage_;
};

TEST_F(PoolerFault, APoolerThatStartsAgainIsFoundAgain) {
  pooler_->restart();
  outage_->work();
  expect_nothing_left_in_a_session();
  outage_->expect_mended();
}

TEST_F(PoolerFault, APausedPoolerIsGivenUpAtTheDeadlineAndFoundAgain) {
  pooler_->command("PAUSE");
  EXPECT_TRUE(outage_->says("cannot be used since")) << outage_->log();
  EXPECT_TRUE(outage_->relay().running());
  pooler_->command("RESUME");
  outage_->expect_mended();
  expect_nothing_left_in_a_session();
}

}  // namespace
