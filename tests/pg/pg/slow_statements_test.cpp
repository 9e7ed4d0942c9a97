#include <gmock/gmock.h>

#include <thread>

#include "relay/pg/connection.hpp"
#include "schema/statements.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace sql = schema::statements;
using namespace std::chrono_literals;
using relay::pg::Connection;
using relay::pg::Script;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What `work` writes to standard error.
template <class Work>
std::string log_of(const Work& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

/// Another's lock on a table, given up once somebody has waited for it for a tenth of a second.
class HeldTable {
 public:
  HeldTable(const tests::TestDatabase& db, const std::string& table) : holder_(db.url()) {
    holder_.exec("BEGIN");
    holder_.exec("LOCK TABLE " + table);
    thread_ = std::jthread{[this, &db] {
      seen_ = tests::eventually([&] {
        return db.number(
                   "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL "
                   "AND waitstart < clock_timestamp() - interval '100 ms'") > 0;
      });
      holder_.rollback();
    }};
  }
  ~HeldTable() {
    thread_.join();
    EXPECT_TRUE(seen_) << "nobody waited";
  }
  HeldTable(const HeldTable&) = delete;
  HeldTable& operator=(const HeldTable&) = delete;

 private:
  Connection holder_;
  bool seen_ = false;
  std::jthread thread_;
};

/// Each test is a database of its own to the log, which tells of one statement once in a while.
relay::pg::ConnectOptions telling(const std::string& database) {
  return {.slow = {.database = database, .longer_than = 50ms}};
}

TEST(SlowStatement, IsToldByItsNameAndWithoutItsValues) {
  const tests::TestDatabase db;
  Connection connection{db.url(), telling("told")};
  connection.had_waited(37ms);
  const std::string log = log_of([&] {
    const HeldTable held{db, "event_floor"};
    connection.exec(sql::keep_floors, "s3cret", "{4711}",
                    connection.exec(sql::server_run)[0][0].c_str());
  });
  EXPECT_THAT(log, AllOf(HasSubstr("warn"), HasSubstr("a statement was slow "),
                         HasSubstr("statement=keep_floors"), HasSubstr("database=told"),
                         HasSubstr(" rows=1 "), HasSubstr("waited_ms=37"), HasSubstr("left_out=0"),
                         testing::ContainsRegex(" ms=[1-9][0-9][0-9]")));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("s3cret")), Not(HasSubstr("4711")), Not(HasSubstr("INSERT")),
                         Not(HasSubstr("server_run"))));
}

TEST(SlowStatement, OfAScriptIsToldByTheNamesOfAll) {
  const tests::TestDatabase db;
  Connection connection{db.url(), telling("script")};
  const std::string log = log_of([&] {
    const HeldTable held{db, "event_floor"};
    Script{connection}
        .begin(relay::pg::beside_batches)
        .add(sql::keep_floors, {"s3cret", "{4711}", ""})
        .add(sql::kept_floors)
        .add("COMMIT")
        .run();
  });
  EXPECT_THAT(log, AllOf(HasSubstr("statement=keep_floors+kept_floors+commit "),
                         Not(HasSubstr("s3cret")), Not(HasSubstr("4711"))));
}

TEST(SlowStatement, ThatFailedIsToldAsWell) {
  const tests::TestDatabase db;
  Connection connection{db.url(), telling("failed")};
  Connection holder{db.url()};
  holder.exec("BEGIN");
  holder.exec("LOCK TABLE event_floor");
  const std::string log = log_of([&] {
    EXPECT_ANY_THROW(Script{connection}
                         .limit({100ms, 5s, 5s})
                         .add(sql::keep_floors, {"s3cret", "{4711}", ""})
                         .run());
  });
  EXPECT_THAT(log, AllOf(HasSubstr("a statement was slow, and failed statement=keep_floors"),
                         Not(HasSubstr("s3cret"))));
}

TEST(SlowStatement, OfAHandlerIsToldAsAProjectionsAndWithoutItsText) {
  const tests::TestDatabase db;
  Connection connection{db.url(), telling("handler")};
  const std::string log = log_of([&] {
    Script{connection, "-- name: s3cret\nSELECT pg_sleep(0.1), 's3cret'"}
        .add(sql::database_clock)
        .run();
  });
  EXPECT_THAT(log, AllOf(HasSubstr("statement=projection "), Not(HasSubstr("s3cret")),
                         Not(HasSubstr("pg_sleep"))));
}

TEST(SlowStatement, IsNotToldWhereNobodyAskedForIt) {
  const tests::TestDatabase db;
  Connection connection{db.url(), {.slow = {.database = "never", .longer_than = 0ms}}};
  EXPECT_THAT(log_of([&] { connection.exec("-- name: nap\nSELECT pg_sleep(0.1)"); }), IsEmpty());
}

TEST(SlowStatement, ThatIsQuickIsNotTold) {
  const tests::TestDatabase db;
  Connection connection{db.url(), {.slow = {.database = "quick", .longer_than = 30s}}};
  EXPECT_THAT(log_of([&] { connection.exec("-- name: nap\nSELECT pg_sleep(0.1)"); }), IsEmpty());
}

}  // namespace
