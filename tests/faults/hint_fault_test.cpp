#include <gtest/gtest.h>

#include "tests/support/fault_proxy.hpp"
#include "tests/support/outage.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::FaultProxy;
using tests::Outage;
using tests::TestDatabase;

long listeners(const TestDatabase& db) {
  return db.number(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'freshet hints' AND query = 'LISTEN freshet'");
}

/// A relay that listens through a network of its own, and works through a good one.
class HintFault : public ::testing::Test {
 protected:
  HintFault() {
    outage_.config.database_extra = "listen = true\ndirect_url = \"" + network_.url() + "\"";
    outage_.start();
  }
  TestDatabase db_;
  FaultProxy network_{db_.url()};
  Outage outage_{db_};
};

TEST_F(HintFault, AListenerThatDiesSilentlyCostsNothingButAPoll) {
  ASSERT_TRUE(eventually([&] { return listeners(db_) == 1; })) << outage_.log();
  network_.set(FaultProxy::Mode::black_hole);
  outage_.work();
  outage_.expect_mended();
}

TEST_F(HintFault, AListenerThatIsCutOffSubscribesAgain) {
  ASSERT_TRUE(eventually([&] { return listeners(db_) == 1; })) << outage_.log();
  const std::string before = db_.value(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
      "'freshet hints'");
  network_.cut();
  EXPECT_TRUE(eventually([&] {
    return listeners(db_) == 1 &&
           db_.number("SELECT count(*) FROM pg_stat_activity WHERE pid = " + before) == 0;
  })) << outage_.log();
  outage_.work();
  outage_.expect_mended();
}

// Any role that may connect may notify: what is said is not believed, and however often it is said,
// the relay looks no more often than it can.
TEST_F(HintFault, AStormOfNotificationsByAnybodyIsHarmless) {
  ASSERT_TRUE(eventually([&] { return listeners(db_) == 1; })) << outage_.log();
  outage_.publish(20);
  ASSERT_TRUE(outage_.effects().reach(20));
  const auto transactions = [&] {
    return db_.number(
        "SELECT pg_stat_get_db_xact_commit(oid) FROM pg_database WHERE datname = "
        "current_database()");
  };
  const long before = transactions();
  constexpr int storm = 5'000;
  {
    pqxx::connection connection{db_.url()};
    pqxx::nontransaction anybody{connection};
    for (int i = 0; i < storm; ++i) {
      anybody.exec("SELECT pg_notify('freshet', '" + std::to_string(i) +
                   "'';DROP TABLE effects;' || repeat('x', 7900))");
    }
  }
  const long looks = transactions() - before - storm;
  RecordProperty("looks", static_cast<int>(looks));
  EXPECT_LT(looks, storm) << "a look for each notification";
  outage_.work();
  outage_.expect_mended();
}

}  // namespace
