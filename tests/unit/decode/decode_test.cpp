#include "relay/decode/decode.hpp"

#include <gtest/gtest.h>

namespace relay::decode {
namespace {

Row row(std::optional<std::string_view> payload, std::int64_t bytes) {
  return {.lane = 1,
          .id = "an id",
          .seq = 7,
          .type = "Thing",
          .payload = payload,
          .payload_bytes = bytes,
          .published_us = 5};
}

DecodedEvent decoded(const Row& row) {
  return decode({.rows = {row}}, 10).events.at(0);
}

TEST(Decode, TakesAnEventAsItStands) {
  Row whole = row("{}", 2);
  whole.aggregate_type = "thing";
  whole.aggregate_id = "k";
  whole.headers = "{}";
  whole.listener_id = "board";
  const DecodedEvent event = decoded(whole);
  EXPECT_EQ(event.fault, "");
  EXPECT_EQ(event.event.id, "an id");
  EXPECT_EQ(event.event.seq, 7);
  EXPECT_EQ(event.event.type, "Thing");
  EXPECT_EQ(event.event.aggregate_id, "k");
  EXPECT_EQ(event.event.payload, "{}");
  EXPECT_EQ(event.event.headers, "{}");
  EXPECT_EQ(event.listener_id, "board");
  EXPECT_EQ(event.event.published_at.time_since_epoch().count(), 5);
  EXPECT_TRUE(event.is_fit(false));
}

TEST(Decode, TellsAPayloadThatStayedBehindFromOneThatIsNotThere) {
  EXPECT_TRUE(decoded(row({}, 2)).fault.empty()) << "it stayed in the server";
  const DecodedEvent none = decoded(row({}, 0));
  EXPECT_TRUE(none.empty);
  EXPECT_FALSE(none.is_fit(false));
  EXPECT_TRUE(none.is_fit(true));
  const DecodedEvent blank = decoded(row("", 0));
  EXPECT_TRUE(blank.empty);
  EXPECT_TRUE(blank.malformed);
}

TEST(Decode, SaysWhatIsWrongWithAnEventAndNeverThrows) {
  EXPECT_NE(decoded(row({}, 11)).fault.find("payload_max_bytes allows 10"), std::string::npos);
  Row untyped = row("{}", 2);
  untyped.type.reset();
  EXPECT_EQ(decoded(untyped).fault, "event_type is NULL");
  const DecodedEvent torn = decoded(row("{", 1));
  EXPECT_TRUE(torn.malformed);
  EXPECT_FALSE(torn.is_fit(true));
  EXPECT_TRUE(torn.is_fit_for_sql()) << "the cast in the server decides";
}

TEST(Decode, PutsEventsInTheOrderOfLaneAndSeq) {
  Row late = row("{}", 2);
  late.seq = 9;
  Row other = row("{}", 2);
  other.lane = 0;
  const DecodedBatch batch = decode({.rows = {late, row("{}", 2), other}}, 10);
  EXPECT_EQ(batch.events.at(0).lane, 0);
  EXPECT_EQ(batch.events.at(1).event.seq, 7);
  EXPECT_EQ(batch.events.at(2).event.seq, 9);
}

}  // namespace
}  // namespace relay::decode
