#include "relay/pg/connection.hpp"

#include <gtest/gtest.h>

#include "relay/pg/fields.hpp"
#include "tests/support/role.hpp"
#include "tests/support/test_database.hpp"

namespace {

using relay::pg::ConnectError;
using relay::pg::Connection;
using relay::pg::Script;

TEST(Connection, AScriptQuotesItsValuesAndReturnsTheLastRows) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  const auto rows = Script{connection}
                        .add("SELECT 1;\n")
                        .add("SELECT $1::text, $2::text", {"it's $2", "b\\"})
                        .run();
  EXPECT_STREQ(rows[0][0].c_str(), "it's $2");
  EXPECT_STREQ(rows[0][1].c_str(), "b\\");
}

TEST(Connection, AScriptsCommentsCannotBeEndedByALineBreakInAValue) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  const std::string value = "x\n'; SELECT 'somebody else';\n--";
  const auto rows =
      Script{connection}.add("-- What it is: $1.\nSELECT $1::text\n-- and $1", {value}).run();
  EXPECT_EQ(rows[0][0].c_str(), value);
}

TEST(Connection, RollbackEndsAFailedTransaction) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  connection.exec("BEGIN");
  EXPECT_ANY_THROW(connection.exec("SELECT 1/0"));
  EXPECT_TRUE(connection.rollback());
  EXPECT_EQ(connection.exec("SELECT $1::int + 1", 1)[0][0].as<int>(), 2);
}

TEST(Connection, NeverReconnectsByItself) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  const int pid = connection.exec("SELECT pg_backend_pid()")[0][0].as<int>();
  db.run("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
  EXPECT_ANY_THROW(connection.exec("SELECT 1"));
  EXPECT_ANY_THROW(connection.exec("SELECT 1"));
}

TEST(Connection, LeavesItsPlaceToTheNextWhereThereIsOne) {
  const tests::TestDatabase db;
  const tests::Role role{db, "one"};
  const std::string url = role.url(tests::Role::password);
  db.run("ALTER ROLE " + role.name() + " CONNECTION LIMIT 1");
  int refused = 0;
  for (int n = 0; n < 40; ++n) {
    try {
      const Connection connection{url};
    } catch (const ConnectError&) {
      ++refused;  // the machine may be busy for longer than that is waited for
    }
  }
  EXPECT_LE(refused, 4) << "of forty, one after the other";
  const Connection first{url};
  try {
    const Connection second{url};
    FAIL() << "there is no second one";
  } catch (const ConnectError& error) {
    EXPECT_EQ(error.failure.sqlstate, "53300") << error.what();
    EXPECT_EQ(error.failure.kind, projections::FailureKind::connection);
  }
}

TEST(Connection, ARefusalNamesTheDatabaseButNoPassword) {
  const std::string url = "postgresql://nobody:s3cret@127.0.0.1:1/nowhere";
  try {
    const Connection connection{url};
    FAIL() << "connected to port 1";
  } catch (const ConnectError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("database nowhere on 127.0.0.1:1 as nobody"), std::string::npos) << text;
    EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
    EXPECT_EQ(error.failure.kind, projections::FailureKind::connection);
  }
}

TEST(Connection, AnUnreadableUrlIsNotEchoed) {
  try {
    const Connection connection{"postgresql://u:s3cret%zz@h/db"};
    FAIL() << "read a url with a broken escape";
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string{error.what()}.find("s3cret"), std::string::npos);
  }
}

TEST(Fields, AreFoundInAnyOrderAndTheirTextOutlivesTheNextLook) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  const pqxx::result rows =
      connection.exec("SELECT * FROM (VALUES ('a', NULL, 3), ('b', 'x', 4)) v ORDER BY 1");
  std::string seen;
  for (const auto& row : rows) {
    relay::pg::Fields fields{row};
    const char* last = fields[2].c_str();
    const std::string middle = fields[1].is_null() ? "nothing" : fields[1].c_str();
    const char* first = fields[0].c_str();
    seen += std::string{first} + ' ' + middle + ' ' + last + ' ' + fields[0].c_str() + ';';
  }
  EXPECT_EQ(seen, "a nothing 3 a;b x 4 b;");
}

}  // namespace
