#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "relay/forward/event_headers.hpp"
#include "relay/forward/rfc3339.hpp"
#include "relay/forward/trace_context.hpp"

namespace {

using namespace relay::forward;  // NOLINT: a test of this room
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Header> headers_of(std::string_view json) {
  std::vector<Header> headers;
  append_event_headers(json, headers);
  return headers;
}

TEST(EventHeaders, AreTextsAsTheyAreAndAnythingElseAsJson) {
  EXPECT_THAT(headers_of(R"({"a": "x \"y\" ü\n", "b": true, "c": null, "d": -3, "e": ""})"),
              ElementsAre(Header{"a", "x \"y\" ü\n"}, Header{"b", "true"}, Header{"c", "null"},
                          Header{"d", "-3"}, Header{"e", ""}));
  EXPECT_THAT(headers_of("{}"), IsEmpty());
  EXPECT_THAT(headers_of("{ }"), IsEmpty());
  EXPECT_THAT(headers_of("null"), IsEmpty());
}

TEST(EventHeaders, KeepNumbersAsTheyWereWritten) {
  EXPECT_THAT(headers_of(R"({"a": 1.10, "b": 12345678901234567890.12345, "c": [1.10]})"),
              ElementsAre(Header{"a", "1.10"}, Header{"b", "12345678901234567890.12345"},
                          Header{"c", "[1.10]"}));
}

// Plain texts and all others take two paths; a space more sends a plain one down the other.
TEST(EventHeaders, AreTheSameWhicheverWayTheyAreRead) {
  for (const char* json :
       {R"({"a": "b"})", R"({"a": "b", "c": "", "": "x y"})", R"({"a": "1", "b": 2, "c": "3"})",
        R"({"a": "1", "b": "\u00fc", "c": "ü"})", R"({"a": "1", "ours": "2", "c": "3"})",
        R"({"ours": "2"})", R"({"a": "}", "b": "\"}"})"}) {
    std::vector<Header> quick{{"ours", "1"}};
    std::vector<Header> slow = quick;
    append_event_headers(json, quick);
    append_event_headers(std::string{json} + " ", slow);
    EXPECT_EQ(quick, slow) << json;
    EXPECT_EQ(quick[0], (Header{"ours", "1"}));
  }
  for (const char* json : {R"({"a": "b")", R"({"a": "b", })", R"({"a": "b"}})",
                           R"({"a": "b", "c"})", R"({"a": "b)", R"({"a": )"}) {
    EXPECT_THROW(headers_of(json), std::invalid_argument) << json;
  }
}

TEST(EventHeaders, WriteWhatIsNestedAsOneJsonText) {
  EXPECT_THAT(
      headers_of(
          R"({"a": {"b": [1, "[", {"c": {}}, [], ":"], "d": null}, "e": [[2], [{}]], "f": 1})"),
      ElementsAre(Header{"a", R"({"b":[1,"[",{"c":{}},[],":"],"d":null})"},
                  Header{"e", "[[2],[{}]]"}, Header{"f", "1"}));
}

TEST(EventHeaders, RefuseWhatIsNotAnObject) {
  for (const char* json : {"", "[]", "[1]", "7", "\"x\"", "true", "{", R"({"a":1}})", R"({"a":})",
                           R"({"a":1e999})", "{\"a\":\"\xff\"}"}) {
    EXPECT_THROW(headers_of(json), std::invalid_argument) << json;
  }
}

TEST(Rfc3339, WritesUtcWithMicroseconds) {
  using projections::DatabaseTime;
  using std::chrono::microseconds;
  const auto text = [](std::int64_t micros) { return rfc3339(DatabaseTime{microseconds{micros}}); };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(text(951'868'799'000'001), "2000-02-29T23:59:59.000001Z");
  EXPECT_EQ(text(253'402'300'799'999'999), "9999-12-31T23:59:59.999999Z");
  EXPECT_THROW(text(253'402'300'800'000'000), std::invalid_argument);
  EXPECT_EQ(text(-62'167'219'200'000'000), "0000-01-01T00:00:00.000000Z");
  EXPECT_THROW(text(-62'167'219'200'000'001), std::invalid_argument);
}

TEST(TraceContext, KnowsATraceparent) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01";
  EXPECT_TRUE(is_traceparent(good));
  EXPECT_TRUE(is_traceparent("01" + good.substr(2)));
  EXPECT_TRUE(is_traceparent("01" + good.substr(2) + "-more"));
  EXPECT_FALSE(is_traceparent(good + "-more"));
  EXPECT_FALSE(is_traceparent("01" + good.substr(2) + "more"));
  EXPECT_FALSE(is_traceparent("ff" + good.substr(2)));
  EXPECT_FALSE(is_traceparent(""));
  EXPECT_FALSE(is_traceparent(good.substr(1)));
  EXPECT_FALSE(is_traceparent("00-0AF7651916CD43DD8448EB211C80319C-b9c7c989f97918e1-01"));
  EXPECT_FALSE(is_traceparent("00-00000000000000000000000000000000-b9c7c989f97918e1-01"));
  EXPECT_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
  EXPECT_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c_b9c7c989f97918e1-01"));
}

TEST(TraceContext, KnowsATracestate) {
  EXPECT_TRUE(is_tracestate("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"));
  EXPECT_TRUE(is_tracestate("tenant@vendor=a b , x=1,"));
  EXPECT_FALSE(is_tracestate(""));
  EXPECT_FALSE(is_tracestate(" , "));
  EXPECT_FALSE(is_tracestate("rojo"));
  EXPECT_FALSE(is_tracestate("Rojo=1"));
  EXPECT_FALSE(is_tracestate("rojo=1=2"));
  EXPECT_FALSE(is_tracestate("rojo="));
  EXPECT_FALSE(is_tracestate("rojo=ü"));
  EXPECT_FALSE(is_tracestate("k=" + std::string(257, 'v')));
  std::string many = "k0=1";
  for (int i = 1; i < 32; ++i) many += ",k" + std::to_string(i) + "=1";
  EXPECT_TRUE(is_tracestate(many));
  EXPECT_FALSE(is_tracestate(many + ",k32=1"));
}

}  // namespace
