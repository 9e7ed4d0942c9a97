#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <future>

#include "relay/pg/connection.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/test_database.hpp"

namespace {

using namespace std::chrono_literals;
using projections::Failure;
using projections::FailureKind;
using relay::pg::ConnectError;
using relay::pg::Connection;
using relay::pg::ConnectOptions;
using relay::pg::Script;
using relay::pg::Wanted;
using relay::pg::Watchdog;
using tests::FaultProxy;
using Mode = FaultProxy::Mode;

/// What the call fails with; the test fails when it does not, or only after ten seconds.
template <class Call>
Failure failure_of_call(Call call) {
  const auto began = std::chrono::steady_clock::now();
  try {
    call();
  } catch (...) {
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    return projections::current_failure();
  }
  ADD_FAILURE() << "it came back without an error";
  return {};
}

const ConnectOptions impatient{.call_limit = 300ms};

void expect_given_up(const Failure& failure) {
  EXPECT_EQ(failure.kind, FailureKind::connection) << failure.message;
  EXPECT_EQ(failure.message, "no answer within 300 ms: the connection was given up");
}

TEST(Deadline, ACallIntoABlackHoleIsGivenUpInWords) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  Connection connection{proxy.url(), impatient};
  EXPECT_EQ(connection.exec("SELECT 1")[0][0].as<int>(), 1);
  proxy.set(Mode::black_hole);
  expect_given_up(failure_of_call([&] { connection.exec("SELECT $1::int", 1); }));
  EXPECT_EQ(failure_of_call([&] { connection.exec("SELECT 1"); }).kind, FailureKind::connection);
  EXPECT_FALSE(connection.rollback());
}

TEST(Deadline, BytesThatTrickleInDoNotProlongIt) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  Connection connection{proxy.url(), impatient};
  proxy.set(Mode::slow);
  expect_given_up(failure_of_call(
      [&] { Script{connection}.add("SELECT 1").add("SELECT repeat('x', 10000)").run(); }));
}

TEST(Deadline, AServerProcessThatIsStoppedIsGivenUp) {
  const tests::TestDatabase db;
  Connection connection{db.url(), impatient};
  const pid_t pid = connection.exec("SELECT pg_backend_pid()")[0][0].as<pid_t>();
  if (::kill(pid, SIGSTOP) != 0) {
    GTEST_SKIP() << "this user may not stop the server's process (it runs as another user)";
  }
  const Failure failure = failure_of_call([&] { connection.exec("SELECT 1"); });
  ::kill(pid, SIGCONT);
  expect_given_up(failure);
}

TEST(Deadline, ALongStatementWithinItsLimitIsLeftAlone) {
  const tests::TestDatabase db;
  Connection connection{db.url(), {.call_limit = 20s}};
  connection.exec("SELECT pg_sleep(0.4)");
  Connection patient{db.url(), {.call_limit = 0ms}};
  patient.exec("SELECT pg_sleep(0.4)");
}

TEST(Deadline, ManyConnectionsShareOneWatchdogAndOnlyTheLateOneIsShut) {
  const tests::TestDatabase db;
  Watchdog watchdog;
  const ConnectOptions patient{.call_limit = 20s, .watchdog = &watchdog};
  const ConnectOptions hasty{.call_limit = 300ms, .watchdog = &watchdog};
  Connection first{db.url(), patient};
  Connection late{db.url(), hasty};
  auto sleeper = std::async(std::launch::async, [&] { first.exec("SELECT pg_sleep(1)"); });
  expect_given_up(failure_of_call([&] { late.exec("SELECT pg_sleep(60)"); }));
  EXPECT_NO_THROW(sleeper.get());
  Connection next{db.url(), hasty};  // very likely with the late one's descriptor
  EXPECT_NO_THROW(next.exec("SELECT 1"));
  EXPECT_NO_THROW(first.exec("SELECT 1"));
}

TEST(Deadline, OneAroundSeveralCallsTellsATimeOutFromALostConnection) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  {
    const auto limit = connection.within(20s);
    connection.tx().exec("SELECT 1");
    EXPECT_FALSE(limit.expired());
  }
  const auto limit = connection.within(300ms);
  const Failure failure = failure_of_call([&] {
    for (;;) connection.tx().exec("SELECT pg_sleep(0.05)");
  });
  EXPECT_EQ(failure.kind, FailureKind::connection);
  EXPECT_TRUE(limit.expired());

  Connection lost{db.url()};
  const auto long_limit = lost.within(20s);
  EXPECT_EQ(
      failure_of_call([&] { lost.exec("SELECT pg_terminate_backend(pg_backend_pid())"); }).kind,
      FailureKind::connection);
  EXPECT_FALSE(long_limit.expired());
}

TEST(Deadline, AnInnerOneOnlyTightens) {
  const tests::TestDatabase db;
  Connection connection{db.url(), {.call_limit = 20s}};
  const auto outer = connection.within(300ms);
  const Failure failure = failure_of_call([&] { connection.exec("SELECT pg_sleep(60)"); });
  expect_given_up(failure);
  EXPECT_TRUE(outer.expired());

  Connection other{db.url(), impatient};
  const auto patient = other.within(20s);
  expect_given_up(failure_of_call([&] { other.exec("SELECT pg_sleep(60)"); }));
  EXPECT_FALSE(patient.expired()) << "it was the call's own limit";
}

TEST(Deadline, AGuardThatEndedInTimeShutsNothing) {
  const tests::TestDatabase db;
  Connection connection{db.url()};
  for (int i = 0; i < 200; ++i) {
    const auto limit = connection.within(std::chrono::milliseconds{2'000 - i});
    connection.exec("SELECT 1");
  }
  { const auto limit = connection.within(100ms); }
  connection.exec("SELECT pg_sleep(0.3)");  // the deadline passes in here
  EXPECT_EQ(connection.exec("SELECT 1")[0][0].as<int>(), 1);
}

TEST(Deadline, CancelEndsAStatementAtOnceAlsoWhenNobodyAnswers) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  Connection connection{proxy.url()};
  for (const bool answered : {true, false}) {
    Connection sleeper{proxy.url()};
    auto call = std::async(std::launch::async, [&] {
      return failure_of_call([&] { sleeper.exec("SELECT pg_sleep(60)"); });
    });
    ASSERT_TRUE(tests::eventually([&] {
      return db.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
                 "datname = current_database()") == 1;
    }));
    if (!answered) proxy.set(Mode::black_hole);
    sleeper.cancel();
    EXPECT_EQ(call.get().kind, FailureKind::connection);
    db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
  }
}

TEST(Connecting, IsBoundedAgainstAListenerThatSaysNothing) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  proxy.set(Mode::black_hole);
  const Failure failure = failure_of_call([&] {
    try {
      const Connection connection{proxy.url() + "?connect_timeout=2"};
    } catch (const ConnectError& error) {
      EXPECT_EQ(error.failure.kind, FailureKind::connection);
      throw;
    }
  });
  EXPECT_NE(failure.message.find("timeout expired"), std::string::npos) << failure.message;
}

TEST(Connecting, GoesOnToTheNextHostWhenOneIsSilentRefusesOrIsReadOnly) {
  const tests::TestDatabase db;
  FaultProxy silent{db.url()};
  silent.set(Mode::black_hole);
  std::string url = db.url();
  const std::string host = "127.0.0.1:";
  url.insert(url.find(host), "127.0.0.1:1," + host + std::to_string(silent.port()) + ",");
  Connection connection{url + "?connect_timeout=2"};
  EXPECT_EQ(connection.exec("SELECT current_database()")[0][0].c_str(), db.name());
  EXPECT_NE(connection.description().find(" on 127.0.0.1:1, 127.0.0.1:"), std::string::npos)
      << connection.description();
  EXPECT_EQ(silent.accepted(), 1);
}

TEST(Connecting, ByNameTriesEachAddressAtTheNamesOwnPort) {
  const tests::TestDatabase db;
  std::string url = db.url();
  url.replace(url.find("127.0.0.1:"), 10, "localhost:1,localhost:");
  Connection connection{url};
  EXPECT_EQ(connection.exec("SELECT current_database()")[0][0].c_str(), db.name());
  EXPECT_NE(connection.description().find(" on localhost:1, localhost:"), std::string::npos)
      << connection.description();
  const Failure failure =
      failure_of_call([] { const Connection refused{"postgresql://nobody@localhost:1/nowhere"}; });
  EXPECT_NE(failure.message.find("database nowhere on localhost:1 as nobody: "), std::string::npos)
      << failure.message;
}

TEST(Connecting, AReadOnlyServerIsRefusedInOneSentenceUnlessAnyWillDo) {
  const tests::TestDatabase db;
  db.run("ALTER DATABASE " + db.name() + " SET default_transaction_read_only = on");
  try {
    const Connection connection{db.url()};
    FAIL() << "connected to a server that cannot be written to";
  } catch (const ConnectError& error) {
    EXPECT_EQ(error.failure.kind, FailureKind::connection);
    EXPECT_NE(std::string{error.what()}.find(
                  ": the server is a standby or read-only, and a relay must write: name the "
                  "primary in the url, or all the hosts that may become one"),
              std::string::npos)
        << error.what();
  }
  Connection reader{db.url(), {.wanted = Wanted::any}};
  EXPECT_EQ(reader.exec("SELECT 1")[0][0].as<int>(), 1);
}

TEST(FaultProxy, CutsEveryConnectionAndForwardsTheNext) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  Connection connection{proxy.url()};
  proxy.cut();
  EXPECT_EQ(failure_of_call([&] { connection.exec("SELECT pg_sleep(5)"); }).kind,
            FailureKind::connection);
  Connection next{proxy.url()};
  EXPECT_NO_THROW(next.exec("SELECT 1"));
  proxy.set(Mode::refuse);
  EXPECT_ANY_THROW((Connection{proxy.url()}));
}

TEST(FaultProxy, LosesTheAnswerOfACommitThatHappened) {
  const tests::TestDatabase db;
  FaultProxy proxy{db.url()};
  Connection connection{proxy.url()};
  connection.exec("CREATE TABLE happened (n int)");
  connection.exec("BEGIN");
  connection.exec("INSERT INTO happened VALUES (1)");
  proxy.set(Mode::lose_commit);
  EXPECT_EQ(failure_of_call([&] { connection.exec("COMMIT"); }).kind, FailureKind::connection);
  EXPECT_EQ(proxy.commits_lost(), 1);
  EXPECT_EQ(db.number("SELECT count(*) FROM happened"), 1);
}

}  // namespace
