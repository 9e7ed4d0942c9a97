#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "projections/sql/sql_projection.hpp"
#include "tests/pg/projections/apply_fixture.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;
using tests::recorder;

class ApplyBlames : public tests::ApplyTest {};

/// A handler whose table is there, or not, as it is told at each call.
struct Lacking final : Handler {
  explicit Lacking(std::function<bool(std::size_t events)> is_gone) : gone(std::move(is_gone)) {}
  Outcome apply(const Batch& events, Context& context) override {
    if (gone(events.size())) context.tx().exec("SELECT FROM absent");
    return Outcome::applied();
  }
  [[nodiscard]] bool can_probe() const override { return true; }

  std::function<bool(std::size_t)> gone;
};

TEST_F(ApplyBlames, BlamesASqlProjectionThatFailsWithoutEventsToo) {
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

// The server parses a text before it runs any of it, so that not even the savepoint is made.
TEST_F(ApplyBlames, BlamesASqlProjectionThatTheServerCannotParse) {
  for (int i = 0; i < 4; ++i) published_.add(std::to_string(i));
  const auto broken = projection_of(sql_projection({"INSERT INTO seen SELECT id FORM events"}));
  try {
    (void)apply(broken, published_.batch());
    FAIL();
  } catch (const ProjectionBroken& error) {
    EXPECT_EQ(error.failure.sqlstate, "42601");
    EXPECT_STREQ(error.what(), "syntax error at or near \"events\"");
  }
  EXPECT_TRUE(held_.empty());
}

TEST_F(ApplyBlames, BlamesTheEventWhoseDynamicSqlCannotBeParsed) {
  db_.run(
      "CREATE FUNCTION dynamic(t text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE t; END$$");
  for (const auto* t : {"SELECT", "SELEKT", "SELECT"}) {
    published_.add(std::to_string(published_.events().size()),
                   R"({"t":")" + std::string{t} + "\"}");
  }
  const auto fates =
      apply(projection_of(sql_projection({"SELECT dynamic(payload->>'t') FROM events"})),
            published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::done, Kind::failed, Kind::done}));
  EXPECT_EQ(fates[1].failure.sqlstate, "42601");
}

TEST_F(ApplyBlames, BlamesTheEventWhoseDynamicSqlNamesAMissingTable) {
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

TEST_F(ApplyBlames, BlamesTheProjectionWhoseTableGoesInTheMiddleOfABatch) {
  for (int i = 0; i < 4; ++i) published_.add(std::to_string(i));
  int calls = 0;
  const auto projection = projection_of(std::make_unique<Lacking>([&](std::size_t events) {
    ++calls;
    if (calls == 1) throw std::runtime_error{"not all four at once"};
    return events != 2 || calls > 2;  // the first two pass
  }));
  EXPECT_THROW(apply(projection, published_.batch()), ProjectionBroken);
  EXPECT_TRUE(held_.empty()) << "nobody is held by what failed";
}

TEST_F(ApplyBlames, BlamesNobodyWhenWhatWasMissingIsBackAtOnce) {
  published_.add("0");
  int calls = 0;
  const auto projection =
      projection_of(std::make_unique<Lacking>([&](std::size_t) { return ++calls == 1; }));
  EXPECT_EQ(kinds(apply(projection, published_.batch())), std::vector{Kind::done});
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 1);
}

TEST_F(ApplyBlames, BlamesACppProjectionWhenEveryEventFailsByConfiguration) {
  for (int i = 0; i < 3; ++i) published_.add(std::to_string(i));
  const auto projection = projection_of(per_event().on(
      "Happened", [](const Event&, Context& c) { c.tx().exec("SELECT FROM absent"); }));
  EXPECT_THROW(apply(projection, published_.batch()), ProjectionBroken);
  EXPECT_EQ(kinds(apply(projection, published_.batch(0, 1))), std::vector{Kind::failed});
}

}  // namespace
