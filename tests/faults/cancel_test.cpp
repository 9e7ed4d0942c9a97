#include <gtest/gtest.h>

#include "tests/support/outage.hpp"

namespace {

using tests::Outage;
using tests::TestDatabase;

// Somebody's pg_cancel_backend looks like a time-out, but the time is not over.
TEST(Cancel, StatementsCancelledFromOutsideCostNoTry) {
  const TestDatabase db;
  Outage outage{db};
  outage.start();
  outage.work();
  long cancelled = 0;
  for (int time = 0; time < 5; ++time) {
    cancelled += db.number(tests::on_relays("pg_cancel_backend", db.name()) +
                           " AND state = 'active' AND query LIKE '/* projection effects */%'");
  }
  EXPECT_GT(cancelled, 0);
  outage.expect_mended();
}

}  // namespace
