#include <gtest/gtest.h>

#include <functional>

#include "tests/pg/projections/apply_fixture.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;

class ApplyInATransaction : public tests::ApplyTest {};

FailureKind kind_of_end(const std::function<void()>& action) {
  try {
    action();
  } catch (const TransactionOver& over) {
    return over.failure.kind;
  }
  ADD_FAILURE() << "the transaction went on";
  return FailureKind::event;
}

TEST_F(ApplyInATransaction, FindsTheCulpritOfADeferredConstraint) {
  db_.run(
      "CREATE TABLE parent (id text PRIMARY KEY); INSERT INTO parent VALUES ('{}');"
      "CREATE TABLE child (parent text REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  for (int i = 0; i < 8; ++i) published_.add("k" + std::to_string(i), i == 5 ? "[]" : "{}");
  const auto fates =
      apply(projection_of(batch([](const Batch& events, Context& context) {
              for (const Event& event : events) {
                context.tx().exec("INSERT INTO child VALUES ($1)", std::string{event.payload});
              }
              return Outcome::applied();
            })),
            published_.batch());
  for (std::size_t i = 0; i < fates.size(); ++i) {
    EXPECT_EQ(fates[i].kind, i == 5 ? Kind::failed : Kind::done) << i;
  }
  EXPECT_EQ(fates[5].failure.sqlstate, "23503");
  EXPECT_EQ(db_.number("SELECT count(*) FROM child"), 7);
}

TEST_F(ApplyInATransaction, GivesEveryProjectionOfATransactionItsOwnGuardAndTheSameRule) {
  db_.run(
      "CREATE TABLE node (id text PRIMARY KEY, next text REFERENCES node DEFERRABLE INITIALLY "
      "DEFERRED, projection text)");
  published_.add("a");
  harness::Transaction transaction{db_.url()};
  Tx& tx = transaction.tx();
  // Each inserts the reference before what it refers to, which only a deferred constraint allows.
  for (const std::string name : {"one", "two", "three"}) {
    const auto projection = projection_of(
        batch([name](const Batch&, Context& context) {
          context.tx().exec("INSERT INTO node VALUES ($1, $2)", name + "1", name + "2");
          context.tx().exec("INSERT INTO node VALUES ($1, NULL)", name + "2");
          return Outcome::applied();
        }),
        "", name);
    EXPECT_EQ(kinds(apply(projection, published_.batch(), tx)), std::vector{Kind::done}) << name;
  }
  transaction.commit();
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 3);
  EXPECT_EQ(db_.number("SELECT count(*) FROM node"), 6);
}

TEST_F(ApplyInATransaction, LeavesNothingOfWhatTheHandlerWantsLater) {
  published_.add("a");
  published_.add("a");
  published_.add("b");
  const auto fates =
      apply(projection_of(batch([](const Batch& events, Context& context) {
              context.tx().exec("INSERT INTO seen VALUES ($1, 'k')", std::string{events[0].id});
              return Outcome::retry_in(std::chrono::milliseconds{5}, "not yet");
            })),
            published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::later, Kind::waiting, Kind::later}));
  EXPECT_EQ(fates[0].delay, std::chrono::milliseconds{5});
  EXPECT_EQ(fates[0].failure.message, "not yet");
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 0);
}

TEST_F(ApplyInATransaction, PassesOnThatTheHandlerAsksToHalt) {
  published_.add("a");
  EXPECT_THROW(
      apply(projection_of(batch([](const Batch&, Context&) { return Outcome::halt("enough"); })),
            published_.batch()),
      HaltRequested);
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
}

TEST_F(ApplyInATransaction, IsolatesAnEventWhoseHandlerSwallowsAnSqlError) {
  for (int i = 0; i < 4; ++i) published_.add(std::to_string(i), i == 2 ? R"({"bad":1})" : "{}");
  const auto fates =
      apply(projection_of(per_event().on("Happened",
                                         [](const Event& e, Context& c) {
                                           try {
                                             c.tx().exec(e.json().contains("bad") ? "SELECT 1/0"
                                                                                  : "SELECT 1");
                                           } catch (const std::exception&) {
                                           }
                                         })),
            published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::done, Kind::failed, Kind::done}));
  EXPECT_NE(fates[2].failure.message.find("went on after an SQL error"), std::string::npos);
}

TEST_F(ApplyInATransaction, EndsTheTransactionWhenAHandlerCommitsThroughNative) {
  published_.add("a");
  for (const std::string sql : {"COMMIT", "ROLLBACK", "COMMIT; BEGIN", "ROLLBACK; BEGIN"}) {
    harness::Transaction transaction{db_.url()};
    const auto projection = projection_of(batch([&](const Batch&, Context& context) {
                                            context.tx().native().exec(sql);
                                            return Outcome::applied();
                                          }),
                                          "", "p" + sql);
    try {
      (void)apply(projection, published_.batch(), transaction.tx());
      FAIL() << sql;
    } catch (const TransactionOver& over) {
      EXPECT_EQ(over.failure.kind, FailureKind::event);
      EXPECT_NE(over.failure.message.find("ended or replaced"), std::string::npos) << sql;
    }
  }
}

TEST_F(ApplyInATransaction, EndsTheTransactionWhenAHandlerCommitsTheDriversTransaction) {
  published_.add("a");
  const auto projection = projection_of(batch([](const Batch&, Context& context) {
    context.tx().native().commit();
    return Outcome::applied();
  }));
  EXPECT_THROW(apply(projection, published_.batch()), TransactionOver);
}

TEST_F(ApplyInATransaction, RefusesTransactionCommandsOfAHandler) {
  published_.add("a");
  const auto fates = apply(projection_of(batch([](const Batch&, Context& context) {
                             context.tx().exec("SELECT 1; /* x */ commit");
                             return Outcome::applied();
                           })),
                           published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::failed});
  EXPECT_NE(fates[0].failure.message.find("cannot run COMMIT"), std::string::npos);
}

TEST_F(ApplyInATransaction, NeverHalvesATimeoutOrALostConnection) {
  for (int i = 0; i < 4; ++i) published_.add(std::to_string(i));
  int calls = 0;
  const auto statement = [&](const char* sql) {
    return projection_of(batch([&calls, sql](const Batch&, Context& context) {
      ++calls;
      context.tx().exec(sql);
      return Outcome::applied();
    }));
  };
  EXPECT_EQ(kind_of_end([&] {
              (void)apply(statement("SET LOCAL statement_timeout = 1; SELECT pg_sleep(9)"),
                          published_.batch());
            }),
            FailureKind::timeout);
  EXPECT_EQ(kind_of_end([&] {
              (void)apply(statement("SELECT pg_terminate_backend(pg_backend_pid())"),
                          published_.batch());
            }),
            FailureKind::connection);
  EXPECT_EQ(calls, 2);
}

TEST_F(ApplyInATransaction, NeverHalvesALockTimeout) {
  published_.add("a");
  published_.add("b");
  pqxx::connection other{db_.url()};
  pqxx::work lock{other};
  lock.exec("LOCK TABLE seen");
  int calls = 0;
  EXPECT_EQ(kind_of_end([&] {
              (void)apply(projection_of(batch([&](const Batch&, Context& context) {
                            ++calls;
                            context.tx().exec("SET LOCAL lock_timeout = 1");
                            context.tx().exec("SELECT FROM seen");
                            return Outcome::applied();
                          })),
                          published_.batch());
            }),
            FailureKind::conflict);
  EXPECT_EQ(calls, 1);
}

}  // namespace
