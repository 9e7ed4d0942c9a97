#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "projections/sql/sql_projection.hpp"
#include "tests/pg/projections/apply_fixture.hpp"

// A try in one round trip, and the same step by step.
namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;

/// Hides that a handler can say what it does as one text.
struct InSteps final : Handler {
  explicit InSteps(HandlerPtr wrapped) : handler(std::move(wrapped)) {}
  Outcome apply(const Batch& batch, Context& context) override {
    return handler->apply(batch, context);
  }
  [[nodiscard]] bool can_probe() const override { return handler->can_probe(); }
  [[nodiscard]] bool reads_payload() const override { return handler->reads_payload(); }
  HandlerPtr handler;
};

/// Says what it does as one text, and counts the calls beside it.
struct Told final : Handler {
  Told(std::string text, int& count) : sql(std::move(text)), calls(count) {}
  Outcome apply(const Batch& batch, Context& context) override {
    ++calls;
    for (const Event& event : batch) {
      context.tx().exec("INSERT INTO seen VALUES ($1, 'in steps')", std::string{event.id});
    }
    return Outcome::applied();
  }
  [[nodiscard]] std::optional<std::string> as_sql(const Batch& /*batch*/,
                                                  Tx& /*tx*/) const override {
    return sql;
  }
  std::string sql;
  int& calls;
};

class AtOnce : public tests::ApplyTest {
 protected:
  int calls_ = 0;
};

TEST_F(AtOnce, AHandlerThatSaysWhatItDoesIsNotCalled) {
  published_.add("a");
  published_.add("b");
  const auto projection =
      projection_of(std::make_unique<Told>("INSERT INTO seen VALUES ('x', 'at once')", calls_));
  EXPECT_EQ(kinds(apply(projection, published_.batch())), std::vector(2, Kind::done));
  EXPECT_EQ(calls_, 0);
  EXPECT_EQ(db_.value("SELECT string_agg(key, ' ') FROM seen"), "at once");
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 2);
}

TEST_F(AtOnce, AnEventThatCameBeforeIsLeftOutStepByStep) {
  published_.add("a");
  published_.add("b");
  const auto projection =
      projection_of(std::make_unique<Told>("INSERT INTO seen VALUES ('x', 'at once')", calls_));
  (void)apply(projection, published_.batch(0, 1));
  const auto fates = apply(projection, published_.batch());
  EXPECT_EQ(kinds(fates), std::vector(2, Kind::done));
  EXPECT_FALSE(fates[0].fresh);
  EXPECT_TRUE(fates[1].fresh);
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(db_.value("SELECT string_agg(key, ', ' ORDER BY key) FROM seen"), "at once, in steps");
}

TEST_F(AtOnce, AHandlersOwnDoubleKeyIsItsEventsFailure) {
  published_.add("a");
  db_.run("INSERT INTO seen VALUES ('taken', '')");
  const auto fates = apply(
      projection_of(sql_projection({"INSERT INTO seen SELECT 'taken', aggregate_id FROM events"})),
      published_.batch());
  ASSERT_EQ(kinds(fates), std::vector{Kind::failed});
  EXPECT_EQ(fates[0].failure.sqlstate, "23505");
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
}

/// Batches of a few keys, in which some event may fail in each of the ways there are.
class SomeBatches : public tests::ApplyTest {
 protected:
  void SetUp() override {
    ApplyTest::SetUp();
    db_.run("CREATE TABLE late (key text UNIQUE DEFERRABLE)");
  }

  [[nodiscard]] unsigned choose(unsigned from) { return random_() % from; }

  void publish(tests::Published& published) {
    const std::vector<std::string> hostile = {R"({"n":"no number"})", R"({"id":"taken"})",
                                              R"({"late":"taken"})", R"("\u0000")"};
    for (int i = 0; i < 12; ++i) {
      const unsigned which = choose(16);
      published.add("k" + std::to_string(choose(4)),
                    which < hostile.size() ? hostile[which] : R"({"n":1})");
    }
  }

  /// What is there after the first events came alone and then with all the others.
  std::string come_twice(HandlerPtr handler, const std::string& guard,
                         const tests::Published& published) {
    db_.run("TRUNCATE processed_events, seen, late");
    const auto projection = projection_of(std::move(handler), guard);
    const std::size_t first = guard.empty() ? 3 : 0;  // without guard rows nothing comes twice
    std::string story;
    if (first > 0) story += told(apply(projection, published.batch(0, first)));
    held_ = {};
    budget_ = {};
    story += told(apply(projection, published.batch()));
    held_ = {};
    budget_ = {};
    return story + all_of("idempotency_key", "processed_events") + all_of("id || key", "seen") +
           all_of("key", "late");
  }

 private:
  static std::string told(const std::vector<Fate>& fates) {
    std::string all;
    for (const Fate& fate : fates) {
      all += std::to_string(static_cast<int>(fate.kind)) + (fate.fresh ? " fresh " : " ") +
             fate.failure.sqlstate + " " + fate.failure.message + "\n";
    }
    return all;
  }
  std::string all_of(const std::string& what, const std::string& table) {
    return table + ": " +
           db_.value("SELECT coalesce(string_agg(" + what + ", ' ' ORDER BY " + what +
                     "), '') FROM " + table) +
           "\n";
  }

  std::mt19937 random_{20'261'121};
};

TEST_F(SomeBatches, ComeToTheSameAtOnceAndStepByStep) {
  const std::vector<std::string> statements = {
      "INSERT INTO late SELECT payload->>'late' FROM events WHERE payload ? 'late'",
      "INSERT INTO seen SELECT coalesce(payload->>'id', id::text), (payload->>'n')::int "
      "FROM events"};
  int failed = 0;
  for (int round = 0; round < 40; ++round) {
    tests::Published published{db_.url()};
    publish(published);
    const std::string guard = round % 4 == 0 ? "completion" : "";
    const std::string at_once = come_twice(sql_projection(statements), guard, published);
    const std::string in_steps =
        come_twice(std::make_unique<InSteps>(sql_projection(statements)), guard, published);
    EXPECT_EQ(at_once, in_steps) << "round " << round;
    failed += at_once.find("\n1 2") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(failed, 10) << "too few of the batches had an event that fails";
}

}  // namespace
