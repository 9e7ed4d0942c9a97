#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/outage.hpp"

namespace {

using tests::eventually;
using tests::Outage;
using tests::TestDatabase;

/// What makes a process's wall clock say what a file says; "" where it is not installed.
std::string faketime() {
  for (const auto& folder : std::filesystem::directory_iterator{"/usr/lib"}) {
    const auto library = folder.path() / "faketime" / "libfaketimeMT.so.1";
    if (std::filesystem::exists(library)) return library.string();
  }
  return "";
}

/// A relay whose wall clock jumps when told to.
class ClockFault : public ::testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer does not stand being preloaded behind something";
#endif
    if (faketime().empty()) GTEST_SKIP() << "faketime is not installed: ./dev setup";
    set("+0");
  }
  void set(const std::string& offset) const {
    std::ofstream{file_ + ".new"} << offset << "\n";
    std::filesystem::rename(file_ + ".new", file_);
  }
  [[nodiscard]] std::map<std::string, std::string> environment() const {
    return {{"LD_PRELOAD", faketime()},
            {"FAKETIME_TIMESTAMP_FILE", file_},
            {"FAKETIME_NO_CACHE", "1"},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"DONT_FAKE_MONOTONIC", "1"}};
  }

  TestDatabase db_;
  Outage outage_{db_};
  std::string file_ = outage_.config.write() + ".clock";
};

TEST_F(ClockFault, AnHourForthAndTwoBackChangesNothing) {
  outage_.start(environment());
  outage_.work();
  for (const char* offset : {"+1h", "-1h", "+30d", "+0"}) {
    set(offset);
    outage_.work();
  }
  EXPECT_NE(outage_.log().find("relay started"), std::string::npos);
  outage_.expect_mended();
  EXPECT_EQ(db_.number("SELECT count(*) FROM projection_freshness WHERE "
                       "abs(extract(epoch FROM clock_timestamp() - seen_at)) > 600"),
            0);
}

TEST_F(ClockFault, ARetryIsDueByTheDatabasesClock) {
  outage_.config.retry_s = "[1, 1]";
  outage_.config.add("broken", "Thing", "SELECT 1 / ((payload->>'n')::int - 1) FROM events");
  outage_.start(environment());
  outage_.publish(1);
  const auto tries = [&](long wanted) {
    return eventually([&] { return db_.number("SELECT count(*) FROM event_attempt") >= wanted; });
  };
  ASSERT_TRUE(tries(1)) << outage_.log();
  set("-1h");  // due in an hour, by this clock
  ASSERT_TRUE(tries(2)) << outage_.log();
  set("+1h");  // long due
  ASSERT_TRUE(tries(3)) << outage_.log();
  EXPECT_EQ(db_.value("SELECT min(pause) > '0.85 s' AND max(pause) < '10 s' FROM (SELECT at - "
                      "lag(at) OVER (ORDER BY attempt) AS pause FROM event_attempt) a"),
            "t");
  EXPECT_EQ(tests::stop_relay(outage_.relay()), 0);
}

TEST_F(ClockFault, NothingIsPurgedWhileItIsADayOrMoreFromTheDatabases) {
  db_.run(
      "INSERT INTO event_publication (event_type, serialized_event, completion_date) VALUES "
      "('Thing', '{}', now() - interval '90 days')");
  outage_.config.database_extra = "[database.retention]\ncompleted_days = 30\n";
  set("-3d");
  const tests::Ended purge = tests::run_command(outage_.config.command({"purge"}), environment());
  EXPECT_EQ(purge.code, 1) << purge.out;
  EXPECT_NE(purge.err.find("more than a day apart"), std::string::npos) << purge.err;
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 1);
  set("-1h");
  EXPECT_EQ(tests::run_command(outage_.config.command({"purge"}), environment()).code, 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 0);
}

}  // namespace
