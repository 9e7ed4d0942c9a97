#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/forward/an_event.hpp"

namespace {

using namespace relay::forward;  // NOLINT: a test of this room
using projections::Event;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::a_recipe;
using tests::an_event;

constexpr const char* traceparent = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01";

std::map<std::string, std::string> headers_of(const Event& event,
                                              const std::string& source = "/freshet") {
  const Record record =
      record_of(a_recipe(Format::cloudevents, "t", "aggregate_id", source), event);
  std::map<std::string, std::string> headers;
  for (const Header& header : record.headers) {
    EXPECT_TRUE(headers.emplace(header.name, header.value).second) << header.name << " twice";
  }
  return headers;
}

// Section 3.2.5 of the Kafka binding, with the data in JSON.
TEST(CloudEvents, MapsTheSpecificationsExample) {
  Event event;
  event.seq = 7;
  event.id = "1234-1234-1234";
  event.type = "com.example.someevent";
  event.aggregate_id = "mykey";
  event.payload = R"({"some": "data"})";
  event.published_at = tests::example_time;
  const Record record = record_of(
      a_recipe(Format::cloudevents, "mytopic", "aggregate_id", "/mycontext/subcontext"), event);
  EXPECT_EQ(record.topic, "mytopic");
  EXPECT_EQ(record.key, "mykey");
  EXPECT_EQ(record.value, event.payload);
  EXPECT_THAT(headers_of(event, "/mycontext/subcontext"),
              UnorderedElementsAre(
                  Pair("ce_specversion", "1.0"), Pair("ce_type", "com.example.someevent"),
                  Pair("ce_source", "/mycontext/subcontext"), Pair("ce_id", "1234-1234-1234"),
                  Pair("ce_time", "2018-04-05T03:56:24.000000Z"),
                  Pair("content-type", "application/json"), Pair("ce_subject", "mykey"),
                  Pair("ce_partitionkey", "mykey"), Pair("ce_sequence", "0000000000000000007")));
}

TEST(CloudEvents, SequencesCompareAsTextsLikeTheirNumbers) {
  std::string last;
  for (const std::int64_t seq : {0L, 1L, 9L, 10L, 99'999L, 100'000L, 9'223'372'036'854'775'807L}) {
    Event event = an_event();
    event.seq = seq;
    const std::string sequence = headers_of(event)["ce_sequence"];
    EXPECT_GT(sequence, last);
    EXPECT_EQ(std::stoll(sequence), seq);
    last = sequence;
  }
}

TEST(CloudEvents, LeavesOutWhatAnEventDoesNotHave) {
  Event event = an_event();
  event.aggregate_id.reset();
  EXPECT_FALSE(headers_of(event).contains("ce_subject"));
  EXPECT_EQ(headers_of(event)["ce_partitionkey"], event.id);
  event.aggregate_id = "";
  EXPECT_FALSE(headers_of(event).contains("ce_subject"));
  EXPECT_FALSE(headers_of(event).contains("ce_partitionkey"));
  Recipe recipe = a_recipe(Format::cloudevents);
  recipe.tombstone = true;
  event.payload = "null";
  for (const Header& header : record_of(recipe, event).headers) {
    EXPECT_NE(header.name, "content-type") << "there is no data";
  }
}

TEST(CloudEvents, CarriesATraceThatIsOneAndEveryHeaderAsItIs) {
  Event event = an_event();
  const std::string good = std::string{R"({"tracestate": "rojo=1,congo=t61", "tenant": "acme", )"} +
                           R"("ce_id": "mine", "ce_dataschema": "/s", "traceparent": ")" +
                           traceparent + "\"}";
  event.headers = good;
  auto headers = headers_of(event);
  EXPECT_EQ(headers["ce_traceparent"], traceparent);
  EXPECT_EQ(headers["traceparent"], traceparent);
  EXPECT_EQ(headers["ce_tracestate"], "rojo=1,congo=t61");
  EXPECT_EQ(headers["tracestate"], "rojo=1,congo=t61");
  EXPECT_EQ(headers["tenant"], "acme");
  EXPECT_EQ(headers["ce_id"], event.id);
  EXPECT_EQ(headers["ce_dataschema"], "/s");

  event.headers = R"({"traceparent": "no", "tracestate": "a=b"})";
  headers = headers_of(event);
  EXPECT_EQ(headers["traceparent"], "no");
  EXPECT_FALSE(headers.contains("ce_traceparent"));
  EXPECT_FALSE(headers.contains("ce_tracestate"));

  const std::string both = std::string{R"({"ce_traceparent": "x", "ce_tracestate": "y", )"} +
                           R"("traceparent": ")" + traceparent + "\"}";
  event.headers = both;
  headers = headers_of(event);
  EXPECT_EQ(headers["ce_traceparent"], traceparent);
  EXPECT_FALSE(headers.contains("ce_tracestate"));
}

TEST(CloudEvents, MakesASourceThatIsAUriOrRefusesTheEvent) {
  Event event = an_event();
  event.aggregate_type = "Störung <1>";
  EXPECT_EQ(headers_of(event, "/help desk/${aggregate_type}")["ce_source"],
            "/help%20desk/St%C3%B6rung%20%3C1%3E");
  event.aggregate_type = "";
  try {
    headers_of(event, "${aggregate_type}");
    FAIL() << "an empty source went out";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("a CloudEvent needs a source, which is empty here"));
  }
  event.type = "";
  EXPECT_THROW(headers_of(event), std::invalid_argument);
}

}  // namespace
