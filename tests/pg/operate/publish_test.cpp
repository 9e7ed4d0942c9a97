#include "relay/operate/publish/publish.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "tests/support/test_database.hpp"

namespace relay::operate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Publish : public ::testing::Test {
 protected:
  std::int64_t publish_text(const std::string& text, int batch = 500) {
    std::istringstream lines{text};
    return publish(lines, connection_, batch, [&](std::int64_t n) { progress_.push_back(n); });
  }
  std::string fault_of(const std::string& text, int batch = 500) {
    try {
      publish_text(text, batch);
    } catch (const PublishError& error) {
      return error.what();
    }
    return "";
  }
  static std::string line(int number) {
    return "{\"event_type\":\"T" + std::to_string(number) +
           "\",\"payload\":" + std::to_string(number) + "}\n";
  }

  tests::TestDatabase db_;
  pg::Connection connection_{db_.url()};
  std::vector<std::int64_t> progress_;
};

TEST_F(Publish, WhatIsWrittenIsStoredByteForByte) {
  publish_text(
      "{\"event_type\":\"a'\\\"$1\",\"payload\":{\"b\" : 1.10,\"b\":\"\\u0000 \\\\ {,} ä\"},"
      "\"aggregate_id\":\"%s'\\\";--\",\"aggregate_type\":\"NULL\",\"headers\":{\"k\":\"{}\"}}\n");
  EXPECT_EQ(db_.value("SELECT event_type FROM event_publication"), "a'\"$1");
  EXPECT_EQ(db_.value("SELECT serialized_event FROM event_publication"),
            "{\"b\" : 1.10,\"b\":\"\\u0000 \\\\ {,} ä\"}");
  EXPECT_EQ(db_.value("SELECT aggregate_id FROM event_publication"), "%s'\";--");
  EXPECT_EQ(db_.value("SELECT aggregate_type FROM event_publication"), "NULL");
  EXPECT_EQ(db_.value("SELECT headers->>'k' FROM event_publication"), "{}");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication WHERE listener_id IS NULL"), 1);
}

TEST_F(Publish, LinesKeepTheirOrderInSeq) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += line(i);
  EXPECT_EQ(publish_text(text), 100);
  EXPECT_EQ(db_.number("SELECT count(*) FROM (SELECT serialized_event::int AS n, row_number() OVER "
                       "(ORDER BY seq) - 1 AS place FROM event_publication) e WHERE n = place"),
            100);
}

TEST_F(Publish, ABatchIsATransactionAndEmptyLinesArePassedOver) {
  EXPECT_EQ(publish_text(line(1) + "\n  \r\n" + line(2) + line(3), 2), 3);
  EXPECT_THAT(progress_, ElementsAre(2, 3));
  EXPECT_EQ(db_.number("SELECT count(DISTINCT xmin::text) FROM event_publication"), 2);
}

TEST_F(Publish, NothingIsFineToo) {
  EXPECT_EQ(publish_text(""), 0);
}

TEST_F(Publish, ABadLineIsNamedAndItsTransactionLeavesNothing) {
  EXPECT_THAT(fault_of(line(1) + line(2) + line(3) + "{oops\n", 2),
              AllOf(HasSubstr("line 4 is not JSON"), HasSubstr("2 events")));
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 2);
}

TEST_F(Publish, WhatTheDatabaseRefusesIsFoundAmongTheOthers) {
  const std::string twice =
      "{\"event_type\":\"A\",\"payload\":1,\"id\":\"00000000-0000-0000-0000-000000000001\"}\n";
  EXPECT_THAT(fault_of(line(1) + twice + line(2) + twice + line(3)),
              AllOf(HasSubstr("line 4 was refused by the database: duplicate key"),
                    HasSubstr("nothing was published")));
  EXPECT_THAT(
      fault_of(line(1) + "{\"event_type\":\"A\",\"payload\":1,\"headers\":{\"a\":\"\\u0000\"}}\n"),
      HasSubstr("line 2 was refused by the database"));
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_publication"), 0);
  EXPECT_EQ(publish_text(line(1)), 1) << "the connection is usable again";
}

TEST_F(Publish, ATransactionMayBeLargerThanAStatement) {
  const std::string big(7 << 20, 'x');
  std::string text;
  for (int i = 0; i < 5; ++i) text += "{\"event_type\":\"A\",\"payload\":\"" + big + "\"}\n";
  EXPECT_EQ(publish_text(text), 5);
  EXPECT_EQ(db_.number("SELECT count(DISTINCT xmin::text) FROM event_publication"), 1);
  EXPECT_EQ(db_.number("SELECT min(length(serialized_event)) FROM event_publication"),
            static_cast<long>(big.size()) + 2);
}

}  // namespace
}  // namespace relay::operate
