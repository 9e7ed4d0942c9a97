#include "projections/apply/apply.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "projections/harness/transaction.hpp"
#include "projections/sql/sql_projection.hpp"
#include "tests/pg/projections/published.hpp"
#include "tests/support/test_database.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;

class Apply : public testing::Test {
 protected:
  void SetUp() override { db_.run("CREATE TABLE seen (id text PRIMARY KEY, key text)"); }

  std::vector<Fate> apply(const Projection& projection, const Batch& batch, Tx& tx) {
    return apply_batch(projection, batch, held_, budget_, tx, {});
  }

  // In a transaction of its own, committed.
  std::vector<Fate> apply(const Projection& projection, const Batch& batch) {
    harness::Transaction transaction{db_.url()};
    auto fates = apply(projection, batch, transaction.tx());
    transaction.commit();
    return fates;
  }

  static std::vector<Kind> kinds(const std::vector<Fate>& fates) {
    std::vector<Kind> kinds;
    for (const auto& fate : fates) kinds.push_back(fate.kind);
    return kinds;
  }

  tests::TestDatabase db_;
  tests::Published published_{db_.url()};
  HeldKeys held_;
  SavepointBudget budget_;
};

// Writes every event down; a payload {"bad":1} fails after its writes.
HandlerPtr recorder() {
  return batch([](const Batch& events, Context& context) {
    for (const Event& event : events) {
      context.tx().exec("INSERT INTO seen VALUES ($1, $2)", std::string{event.id}, event.key());
    }
    for (const Event& event : events) {
      if (event.json().contains("bad")) throw std::runtime_error{"this one is bad"};
    }
    return Outcome::applied();
  });
}

TEST_F(Apply, AppliesABatchOnceHoweverOftenItComes) {
  for (const auto* key : {"a", "b", "a"}) published_.add(key);
  const auto projection = projection_of(recorder());
  for (const auto& fate : apply(projection, published_.batch())) {
    EXPECT_EQ(fate.kind, Kind::done);
    EXPECT_TRUE(fate.fresh);
  }
  for (const auto& fate : apply(projection, published_.batch())) {
    EXPECT_EQ(fate.kind, Kind::done);
    EXPECT_FALSE(fate.fresh);
  }
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 3);
}

TEST_F(Apply, KeepsNoGuardRowOfAFailedHandler) {
  published_.add("a", R"({"bad":1})");
  const auto fates = apply(projection_of(recorder()), published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::failed});
  EXPECT_EQ(fates[0].failure.message, "this one is bad");
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 0);
}

TEST_F(Apply, HoldsOnlyTheKeyThatFailed) {
  for (const auto* key : {"a", "b", "a", "b"}) {
    published_.add(key, published_.events().empty() ? R"({"bad":1})" : "{}");
  }
  EXPECT_EQ(kinds(apply(projection_of(recorder()), published_.batch())),
            (std::vector{Kind::failed, Kind::done, Kind::waiting, Kind::done}));
  EXPECT_EQ(held_, HeldKeys{published_.events()[0].key()});
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen WHERE key LIKE '%b'"), 2);
}

TEST_F(Apply, FindsTheCulpritOfADeferredConstraint) {
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

TEST_F(Apply, GivesEveryProjectionOfATransactionItsOwnGuardAndTheSameRule) {
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

TEST_F(Apply, LeavesTheRestWhenTheBudgetIsSpentWithoutAGapInAnyKey) {
  for (int i = 0; i < 64; ++i) published_.add("k" + std::to_string(i % 4), R"({"bad":1})");
  budget_.left = 5;
  const auto fates = apply(projection_of(recorder()), published_.batch());
  EXPECT_LE(budget_.left, 0);
  EXPECT_EQ(fates.back().kind, Kind::left);
  std::set<std::string> left_keys;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const auto key = published_.events()[i].key();
    if (fates[i].kind == Kind::left)
      left_keys.insert(key);
    else
      EXPECT_FALSE(left_keys.contains(key)) << i;
  }
}

TEST_F(Apply, TriesTheFirstTimeEvenWithoutBudget) {
  published_.add("a");
  budget_.left = 0;
  EXPECT_EQ(kinds(apply(projection_of(recorder()), published_.batch())), std::vector{Kind::done});
}

TEST_F(Apply, TakesTheLowestSeqOfOneBusinessKey) {
  published_.add("a", R"({"n":1})");
  published_.add("a", R"({"n":2})");
  published_.add("b", R"({"n":3})");
  const auto projection = projection_of(recorder(), "incident:${aggregate_id}");
  const auto fates = apply(projection, published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::done, Kind::done}));
  EXPECT_TRUE(fates[0].fresh);
  EXPECT_FALSE(fates[1].fresh);
  EXPECT_TRUE(fates[2].fresh);
  EXPECT_EQ(db_.value("SELECT string_agg(idempotency_key, ' ' ORDER BY 1) FROM processed_events"),
            "p:incident:a p:incident:b");
}

TEST_F(Apply, FailsAnEventWithoutItsBusinessKeyAndHoldsItsKey) {
  published_.add("a", R"({"number":"INC1"})");
  published_.add("a", R"({"number":null})");
  published_.add("a", R"({"number":"INC2"})");
  published_.add("b", R"({"number":")" + std::string(300, 'x') + R"("})");
  const auto fates = apply(projection_of(recorder(), "${payload.number}"), published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::failed, Kind::waiting, Kind::failed}));
  EXPECT_EQ(fates[1].failure.message,
            "the guard key needs payload.number, which this event does not have");
  EXPECT_NE(fates[3].failure.message.find("302 characters"), std::string::npos);
}

TEST_F(Apply, RecordsASkipOnlyWhenItsSavepointIsReleased) {
  for (const auto* payload : {R"({"skip":1})", "{}", R"({"bad":1})"}) {
    published_.add(std::to_string(published_.events().size()), payload);
  }
  int skips = 0;
  const auto fates = apply(projection_of(batch([&](const Batch& events, Context& context) {
                             for (const Event& event : events) {
                               if (event.json().contains("skip"))
                                 context.skip(event, "not wanted\n"), ++skips;
                               if (event.json().contains("bad")) throw std::runtime_error{"bad"};
                             }
                             return Outcome::applied();
                           })),
                           published_.batch());
  EXPECT_GE(skips, 2);  // the first time in the batch that failed
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::done, Kind::failed}));
  EXPECT_EQ(fates[0].skipped, "not wanted\\n");
  EXPECT_EQ(fates[1].skipped, "");
}

TEST_F(Apply, PassesOnWhatTheHandlerAsksFor) {
  published_.add("a");
  EXPECT_THROW(apply(projection_of(batch([](const Batch&, Context&) {
                       return Outcome::retry_in(std::chrono::milliseconds{5}, "later");
                     })),
                     published_.batch()),
               RetryRequested);
  EXPECT_THROW(
      apply(projection_of(batch([](const Batch&, Context&) { return Outcome::halt("enough"); })),
            published_.batch()),
      HaltRequested);
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
}

TEST_F(Apply, IsolatesAnEventWhoseHandlerSwallowsAnSqlError) {
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

TEST_F(Apply, EndsTheTransactionWhenAHandlerCommitsThroughNative) {
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

TEST_F(Apply, EndsTheTransactionWhenAHandlerCommitsTheDriversTransaction) {
  published_.add("a");
  const auto projection = projection_of(batch([](const Batch&, Context& context) {
    context.tx().native().commit();
    return Outcome::applied();
  }));
  EXPECT_THROW(apply(projection, published_.batch()), TransactionOver);
}

TEST_F(Apply, RefusesTransactionCommandsOfAHandler) {
  published_.add("a");
  const auto fates = apply(projection_of(batch([](const Batch&, Context& context) {
                             context.tx().exec("SELECT 1; /* x */ commit");
                             return Outcome::applied();
                           })),
                           published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::failed});
  EXPECT_NE(fates[0].failure.message.find("cannot run COMMIT"), std::string::npos);
}

FailureKind kind_of_end(const std::function<void()>& action) {
  try {
    action();
  } catch (const TransactionOver& over) {
    return over.failure.kind;
  }
  ADD_FAILURE() << "the transaction went on";
  return FailureKind::event;
}

TEST_F(Apply, NeverHalvesATimeoutOrALostConnection) {
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

TEST_F(Apply, NeverHalvesALockTimeout) {
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

TEST_F(Apply, BlamesASqlProjectionThatFailsWithoutEventsToo) {
  for (int i = 0; i < 4; ++i) published_.add(std::to_string(i));
  const auto broken = projection_of(sql_projection({"INSERT INTO absent SELECT id FROM events"}));
  const auto fine = projection_of(recorder(), "", "fine");
  harness::Transaction transaction{db_.url()};
  Tx& tx = transaction.tx();
  try {
    (void)apply(broken, published_.batch(), tx);
    FAIL();
  } catch (const ProjectionBroken& error) {
    EXPECT_EQ(error.failure.sqlstate, "42P01");
    EXPECT_STREQ(error.what(), "relation \"absent\" does not exist");
  }
  EXPECT_TRUE(held_.empty());
  EXPECT_EQ(kinds(apply(fine, published_.batch(), tx)), std::vector(4, Kind::done));
  transaction.commit();
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 4);
}

TEST_F(Apply, BlamesTheEventWhoseDynamicSqlNamesAMissingTable) {
  db_.run(
      "CREATE FUNCTION dynamic(t text) RETURNS void LANGUAGE plpgsql AS "
      "$$BEGIN EXECUTE 'SELECT FROM ' || quote_ident(t); END$$");
  for (const auto* t : {"seen", "absent", "seen"}) {
    published_.add(std::to_string(published_.events().size()),
                   R"({"t":")" + std::string{t} + "\"}");
  }
  const auto fates =
      apply(projection_of(sql_projection({"SELECT dynamic(payload->>'t') FROM events"})),
            published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::failed, Kind::done}));
  EXPECT_EQ(fates[1].failure.kind, FailureKind::configuration);
}

TEST_F(Apply, BlamesACppProjectionWhenEveryEventFailsByConfiguration) {
  for (int i = 0; i < 3; ++i) published_.add(std::to_string(i));
  const auto projection = projection_of(per_event().on(
      "Happened", [](const Event&, Context& c) { c.tx().exec("SELECT FROM absent"); }));
  EXPECT_THROW(apply(projection, published_.batch()), ProjectionBroken);
  EXPECT_EQ(kinds(apply(projection, published_.batch(0, 1))), std::vector{Kind::failed});
}

// What one event at a time gives, without a database: the model that halving must agree with.
std::vector<Kind> one_by_one(std::span<const Event> events, HeldKeys held) {
  std::vector<Kind> kinds;
  for (const Event& event : events) {
    const bool bad = event.payload != "{}";
    kinds.push_back(held.contains(event.key()) ? Kind::waiting : bad ? Kind::failed : Kind::done);
    if (kinds.back() == Kind::failed) held.insert(event.key());
  }
  return kinds;
}

TEST_F(Apply, HalvingAgreesWithOneByOneForRandomFailures) {
  std::mt19937 random{20240607};
  const auto projection = projection_of(recorder());
  tests::Published good{db_.url()};
  for (int i = 0; i < 24; ++i) good.add("k" + std::to_string(i % 7));
  for (int round = 0; round < 250; ++round) {
    std::vector<Event> events(good.events().begin(), good.events().end());
    events.resize(1 + random() % events.size());
    const unsigned every = 1 + random() % 12;
    for (auto& event : events) {
      if (random() % every == 0) event.payload = R"({"bad":1})";
    }
    HeldKeys held;
    if (random() % 3 == 0) held.insert(events[0].key());
    const auto expected = one_by_one(events, held);
    SavepointBudget budget{200};
    harness::Transaction transaction{db_.url()};
    Tx& tx = transaction.tx();
    const auto fates = apply_batch(projection, Batch{events}, held, budget, tx, {});
    ASSERT_EQ(kinds(fates), expected) << "round " << round;
    const auto done = std::ranges::count(expected, Kind::done);
    EXPECT_EQ(tx.exec("SELECT count(*) FROM seen")[0][0].as<long>(), done);
    EXPECT_EQ(tx.exec("SELECT count(*) FROM processed_events")[0][0].as<long>(), done);
  }
}

}  // namespace
