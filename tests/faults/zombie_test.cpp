#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/outage.hpp"

namespace {

using tests::Outage;
using tests::Process;
using tests::TestDatabase;

// A process that is stopped holds its lanes until the server's patience with its transaction ends;
// when it wakes up, its work is gone and somebody else has done it.
TEST(Zombie, AStoppedRelaysLanesAreTakenOverAndWhatItWakesUpWithIsVoid) {
  const TestDatabase db;
  Outage outage{db};
  outage.start();
  outage.work();
  outage.relay().signal(SIGSTOP);
  Process other{outage.config.command({"run"})};
  outage.publish();
  EXPECT_TRUE(outage.effects().reach(outage.published())) << other.err();
  EXPECT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") == 0;
  }));
  outage.relay().signal(SIGCONT);
  outage.work();
  EXPECT_EQ(tests::stop_relay(other), 0) << other.err();
  outage.expect_mended();
}

}  // namespace
