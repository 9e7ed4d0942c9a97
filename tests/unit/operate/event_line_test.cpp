#include "relay/operate/publish/event_line.hpp"

#include <gmock/gmock.h>

namespace relay::operate {
namespace {

using ::testing::HasSubstr;

std::string fault_of(const std::string& line) {
  try {
    (void)read_event_line(line);
  } catch (const BadLine& bad) {
    return bad.what();
  }
  return "";
}

TEST(EventLine, APayloadIsKeptByteForByte) {
  for (const char* payload :
       {"{\"b\":1.10,\"a\":[1, 2 ,{\"x\":\"}],\\\"\"}],\"b\":2}", "[ ]", "\"te,xt}\\\\\"", "1e5",
        "null", "true", "{\"u\":\"\\u0000 \\ud83d\\ude00 ä\"}"}) {
    const std::string line =
        std::string{" {\"payload\" : "} + payload + "  , \"event_type\":\"A\" } \r";
    EXPECT_EQ(read_event_line(line).serialized_event, payload);
  }
}

TEST(EventLine, EveryFieldArrives) {
  const NewEvent event =
      read_event_line(R"({"id":"00000000-0000-0000-0000-00000000000A","event_type":"A",)"
                      R"("serialized_event":"not {json","aggregate_type":"Incident",)"
                      R"("aggregate_id":"%s'\";--","headers":{"k":[1]},"listener_id":null})");
  EXPECT_EQ(event.id, "00000000-0000-0000-0000-00000000000A");
  EXPECT_EQ(event.serialized_event, "not {json");
  EXPECT_EQ(event.aggregate_type, "Incident");
  EXPECT_EQ(event.aggregate_id, "%s'\";--");
  EXPECT_EQ(event.headers, "{\"k\":[1]}");
  EXPECT_EQ(event.listener_id, std::nullopt);
}

TEST(EventLine, GreatDepthIsNoTrouble) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(read_event_line("{\"event_type\":\"A\",\"payload\":" + deep + "}").serialized_event,
            deep);
}

TEST(EventLine, EveryFaultHasItsWords) {
  EXPECT_THAT(fault_of("{\"event_type\":\"A\",\"payload\":}"),
              HasSubstr("is not JSON (at byte 29"));
  EXPECT_THAT(fault_of("[]"), HasSubstr("must be a JSON object"));
  EXPECT_EQ(fault_of("{\"payload\":1}"), "needs event_type");
  EXPECT_THAT(fault_of("{\"event_type\":\"A\"}"), HasSubstr("needs either payload"));
  EXPECT_THAT(fault_of("{\"event_type\":\"A\",\"payload\":1,\"serialized_event\":\"\"}"),
              HasSubstr("needs either payload"));
  EXPECT_EQ(fault_of("{\"event_tpye\":\"A\"}"),
            "has an unknown field \"event_tpye\"; did you mean \"event_type\"?");
  EXPECT_EQ(fault_of("{\"event_type\":\"A\",\"event_type\":\"B\"}"), "has event_type twice");
  EXPECT_EQ(fault_of("{\"event_type\":5}"), "event_type must be a string");
  EXPECT_EQ(fault_of("{\"event_type\":\"\"}"), "event_type must not be empty");
  EXPECT_THAT(fault_of("{\"event_type\":\"" + std::string(513, 'x') + "\"}"),
              HasSubstr("longer than 512 characters"));
  EXPECT_EQ(fault_of("{\"event_type\":\"A\",\"id\":\"x\"}"), "id must be a UUID, not \"x\"");
  EXPECT_EQ(fault_of("{\"event_type\":\"A\",\"headers\":[]}"), "headers must be a JSON object");
  EXPECT_THAT(fault_of("{\"event_type\":\"A\\u0000\"}"), HasSubstr("U+0000"));
}

}  // namespace
}  // namespace relay::operate
