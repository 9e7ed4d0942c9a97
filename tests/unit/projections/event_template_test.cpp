#include "projections/event_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/guard/guard.hpp"

namespace {

using projections::Event;
using projections::EventTemplate;
using projections::guard::Guard;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Event event() {
  Event event;
  event.seq = 7;
  event.id = "0190";
  event.type = "IncidentOpened";
  event.aggregate_type = "incident";
  event.aggregate_id = "INC-1234";
  event.payload = R"({"number":"INC1","n":12345678901234567,"ok":true,"x":1.5,"no":null,"o":{}})";
  event.headers = R"({"tenant":"acme"})";
  return event;
}

std::string text_of(std::string_view text) {
  return EventTemplate(text, "guard").text_of(event());
}

std::string reason_of(std::string_view text, const Event& of = event()) {
  try {
    return "no reason, but the text " + EventTemplate(text, "guard").text_of(of);
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(EventTemplate, PutsFieldsIntoTheText) {
  EXPECT_EQ(text_of("${id}"), "0190");
  EXPECT_EQ(text_of("incident:${aggregate_id}"), "incident:INC-1234");
  EXPECT_EQ(text_of("${seq}/${event_type}/${aggregate_type}"), "7/IncidentOpened/incident");
  EXPECT_EQ(text_of("${headers.tenant}:${payload.number}"), "acme:INC1");
  EXPECT_EQ(text_of("${payload.n} ${payload.ok} $ } {"), "12345678901234567 true $ } {");
}

TEST(EventTemplate, NamesEveryFaultOfATemplate) {
  EXPECT_THAT(EventTemplate::faults("${agregate_id}${id}", "guard"),
              ElementsAre(HasSubstr("did you mean \"aggregate_id\"?")));
  EXPECT_THAT(EventTemplate::faults("${a_quite_other_word}", "guard"),
              ElementsAre(HasSubstr("fields are id")));
  EXPECT_THAT(EventTemplate::faults("${payload.}${headers.}", "guard"), testing::SizeIs(2));
  EXPECT_THAT(EventTemplate::faults("${id", "guard"), ElementsAre(HasSubstr("without its \"}\"")));
  EXPECT_THAT(Guard::faults("incident"), ElementsAre(HasSubstr("names no field")));
  EXPECT_THAT(EventTemplate::faults("${payload.a.b}", "guard"), IsEmpty());
  EXPECT_THAT(Guard::faults(""), IsEmpty());
  EXPECT_THROW(EventTemplate("${x}", "topic"), std::invalid_argument);
}

TEST(EventTemplate, SaysWhichValueAnEventLacks) {
  EXPECT_THAT(reason_of("${payload.none}"), HasSubstr("needs payload.none, which"));
  EXPECT_THAT(reason_of("${payload.no}"), HasSubstr("needs payload.no, which"));
  EXPECT_THAT(reason_of("${payload.x}"), HasSubstr("a text, a whole number or a boolean"));
  EXPECT_THAT(reason_of("${payload.o}"), HasSubstr("a text, a whole number or a boolean"));
  Event bare;
  bare.payload = "[1]";
  EXPECT_THAT(reason_of("${aggregate_id}", bare), HasSubstr("needs aggregate_id, which"));
  EXPECT_THAT(reason_of("${headers.a}", bare), HasSubstr("needs headers.a, which"));
  EXPECT_THAT(reason_of("${payload.a}", bare), HasSubstr("needs payload.a, which"));
  Event broken;
  broken.payload = "{";
  EXPECT_THAT(reason_of("${payload.a}", broken), HasSubstr("parse error"));
}

TEST(Guard, StoresTheListenerInFrontAndCountsCharactersNotBytes) {
  Event wide = event();
  std::string umlauts;
  for (int i = 0; i < 253; ++i) umlauts += "ü";
  wide.aggregate_id = umlauts;
  EXPECT_EQ(Guard("p", "${aggregate_id}").stored_key(wide), "p:" + umlauts);
  EXPECT_THROW((void)Guard("pq", "${aggregate_id}").stored_key(wide), std::invalid_argument);
  wide.payload = R"({"a":"x\u0000y"})";
  EXPECT_THROW((void)Guard("p", "${payload.a}").stored_key(wide), std::invalid_argument);
}

}  // namespace
