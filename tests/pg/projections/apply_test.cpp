#include <gtest/gtest.h>

#include "tests/pg/projections/apply_fixture.hpp"

namespace {

using namespace projections;
using Kind = Fate::Kind;
using tests::projection_of;
using tests::recorder;

class Apply : public tests::ApplyTest {};

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

TEST_F(Apply, WritesNoGuardRowsWhereTheCompletionIsTheGuard) {
  for (const auto* key : {"a", "b", "a"}) published_.add(key);
  const auto projection = projection_of(recorder(), "completion");
  for (const auto& fate : apply(projection, published_.batch())) {
    EXPECT_EQ(fate.kind, Kind::done);
    EXPECT_TRUE(fate.fresh);
  }
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 3);
  EXPECT_EQ(db_.number("SELECT count(*) FROM processed_events"), 0);
}

TEST_F(Apply, UndoesAFailedHandlerAlsoWhereTheCompletionIsTheGuard) {
  published_.add("a", R"({"bad":1})");
  published_.add("b");
  const auto fates = apply(projection_of(recorder(), "completion"), published_.batch());
  EXPECT_EQ(kinds(fates), (std::vector{Kind::failed, Kind::done}));
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen"), 1);
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
  HeldKeys held;
  held.hold(published_.events()[0].key(), published_.events()[0].seq);
  EXPECT_EQ(held_, held);
  EXPECT_EQ(db_.number("SELECT count(*) FROM seen WHERE key LIKE '%b'"), 2);
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
            "the guard needs payload.number, which this event does not have");
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

}  // namespace
