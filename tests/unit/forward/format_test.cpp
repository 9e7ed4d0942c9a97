#include "relay/forward/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/forward/an_event.hpp"

namespace {

using namespace relay::forward;  // NOLINT: a test of this room
using projections::Event;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::a_recipe;
using tests::an_event;

std::string reason_of(const Recipe& recipe, const Event& event) {
  try {
    return "no reason, but topic " + record_of(recipe, event).topic;
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Format, PlainTellsIdTypeSeqAndTimeAndKeepsThePayloadAsItIs) {
  const Event event = an_event();
  const Record record = record_of(a_recipe(Format::plain), event);
  EXPECT_EQ(record.topic, "helpdesk.incident");
  EXPECT_EQ(record.key, "INC-1");
  ASSERT_TRUE(record.value);
  EXPECT_EQ(record.value->data(), event.payload.data());
  EXPECT_EQ(*record.value, event.payload);
  EXPECT_THAT(
      record.headers,
      ElementsAre(Header{"freshet-event-id", "b4c2d373-0b0e-7c1e-8f00-5d6a3c1b2a99"},
                  Header{"freshet-event-type", "IncidentOpened"}, Header{"freshet-seq", "1001"},
                  Header{"freshet-published-at", "2018-04-05T03:56:24.000250Z"}));
}

TEST(Format, PlainPassesTheEventsOwnHeadersOnButNotUnderOurNames) {
  Event event = an_event();
  event.headers =
      R"({"n": 7, "traceparent": "anything", "freshet-seq": "1", "list": [1, {"a": "\"b"}]})";
  const Record record = record_of(a_recipe(Format::plain), event);
  ASSERT_EQ(record.headers.size(), 7U);
  EXPECT_EQ(record.headers[2], (Header{"freshet-seq", "1001"}));
  EXPECT_EQ(record.headers[4], (Header{"n", "7"}));
  EXPECT_EQ(record.headers[5], (Header{"traceparent", "anything"}));
  EXPECT_EQ(record.headers[6], (Header{"list", R"([1,{"a":"\"b"}])"}));
}

TEST(Format, AnEventWithoutTheKeysFieldHasItsIdAsKey) {
  Event event = an_event();
  event.aggregate_id.reset();
  EXPECT_EQ(record_of(a_recipe(Format::plain), event).key, event.id);
  EXPECT_EQ(record_of(a_recipe(Format::plain, "t", "payload.status"), event).key, "OPEN");
  EXPECT_EQ(record_of(a_recipe(Format::plain, "t", "${payload.none}-x"), event).key, event.id);
  EXPECT_EQ(record_of(a_recipe(Format::plain, "t", "headers.tenant"), event).key, event.id);
}

TEST(Format, RefusesATopicThatKafkaWouldNotTakeAndNamesIt) {
  Event event = an_event();
  const Recipe recipe = a_recipe(Format::plain, "${aggregate_type}");
  event.aggregate_type = "two words";
  EXPECT_THAT(reason_of(recipe, event), AllOf(HasSubstr("\"two words\""), HasSubstr("letters")));
  event.aggregate_type = "";
  EXPECT_THAT(reason_of(recipe, event), HasSubstr("the topic's name \"\" is empty"));
  event.aggregate_type = "..";
  EXPECT_THAT(reason_of(recipe, event), HasSubstr("\"..\" is not allowed"));
  const std::string longest(249, 'x');
  event.aggregate_type = longest;
  EXPECT_EQ(record_of(recipe, event).topic, longest);
  const std::string longer(100'000, 'x');
  event.aggregate_type = longer;
  EXPECT_THAT(reason_of(recipe, event), HasSubstr("has 100000 bytes; Kafka allows 249"));
  EXPECT_LT(reason_of(recipe, event).size(), 200U);
  event.aggregate_type = "a\nb";
  EXPECT_THAT(reason_of(recipe, event), HasSubstr("\"a?b\""));
  event.aggregate_type.reset();
  EXPECT_THAT(reason_of(recipe, event), HasSubstr("the topic needs aggregate_type, which this"));
}

TEST(Format, ATombstoneIsARecordWithoutValueWhereTheForwardSaysSo) {
  Event event = an_event();
  Recipe recipe = a_recipe(Format::plain);
  for (const char* payload : {"", "null", " null\n"}) {
    event.payload = payload;
    recipe.tombstone = true;
    EXPECT_FALSE(record_of(recipe, event).value) << payload;
    EXPECT_EQ(record_of(recipe, event).key, "INC-1");
    recipe.tombstone = false;
    if (event.payload.empty()) {
      EXPECT_THAT(reason_of(recipe, event), HasSubstr("tombstone = true"));
    } else {
      EXPECT_EQ(record_of(recipe, event).value, event.payload);
    }
  }
  recipe.tombstone = true;
  for (const char* payload : {"nullx", "\"null\"", "[null]", "nul", "0", "{}"}) {
    event.payload = payload;
    EXPECT_EQ(record_of(recipe, event).value, event.payload);
  }
}

TEST(Format, SaysWhatItCannotRead) {
  Event event = an_event();
  event.payload = "{";
  EXPECT_THAT(reason_of(a_recipe(Format::plain, "${payload.a}"), event),
              HasSubstr("cannot be read as JSON"));
  event = an_event();
  event.payload = R"({"a":1.5})";
  EXPECT_THAT(reason_of(a_recipe(Format::plain, "t", "payload.a"), event),
              HasSubstr("the key needs payload.a to be a text, a whole number or a boolean"));
  event.headers = "[1]";
  EXPECT_THAT(reason_of(a_recipe(Format::plain), event),
              HasSubstr("headers are not a JSON object"));
  event = an_event();
  event.published_at = projections::DatabaseTime::max();
  EXPECT_THAT(reason_of(a_recipe(Format::plain), event), HasSubstr("years 0 to 9999"));
}

TEST(Format, DebeziumIsWhatItsOutboxRouterEmits) {
  Event event = an_event();
  event.headers = R"({"traceparent": "x"})";
  Recipe recipe = a_recipe(Format::debezium, "outbox.event.${aggregate_type}");
  const Record server = record_of(recipe, event);
  EXPECT_EQ(server.topic, "outbox.event.incident");
  EXPECT_EQ(server.key, "\x49\x4e\x43\x2d\x31");
  EXPECT_EQ(server.value, event.payload);
  EXPECT_THAT(server.headers,
              ElementsAre(Header{"id", "\"b4c2d373-0b0e-7c1e-8f00-5d6a3c1b2a99\""}));
  EXPECT_EQ(server.headers[0].value.size(), 38U);
  recipe.debezium_header = DebeziumHeader::connect;
  const Record connect = record_of(recipe, event);
  EXPECT_THAT(connect.headers, ElementsAre(Header{"id", "b4c2d373-0b0e-7c1e-8f00-5d6a3c1b2a99"}));
  EXPECT_EQ(connect.headers[0].value.size(), 36U);
}

}  // namespace
