#include "relay/pg/hint_listener.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace {

using namespace std::chrono_literals;

// The eighth pause in a row would be half a minute; each of these is the first after a success.
TEST(HintListener, ThatIsCutOffAgainAndAgainIsBackAtOnceEachTime) {
  const tests::TestDatabase db;
  std::atomic<int> subscribed = 0;
  const relay::pg::HintListener hints{db.url(), [&] { ++subscribed; }};
  for (int times = 1; times <= 9; ++times) {
    ASSERT_TRUE(tests::eventually([&] { return subscribed >= times; }, 10s)) << times;
    db.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        "current_database() AND application_name = 'freshet hints'");
  }
}

}  // namespace
