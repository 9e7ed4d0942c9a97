#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/settings/settings_file.hpp"

namespace {

using namespace relay::settings;  // NOLINT: a test of this room
using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::load_settings;
using tests::one_database;
using tests::settings_faults;

const std::string kafka = "[kafka]\nbrokers = \"a:9092, b:9092\"\n";
const std::string forward =
    "[[forward]]\nname = \"incidents\"\nevents = [\"Incident*\"]\ntopic = \"t\"\n";

TEST(ForwardSettings, TheSmallestForwardHasEveryDefault) {
  const Settings settings = load_settings(one_database + kafka + forward);
  ASSERT_TRUE(settings.kafka);
  EXPECT_EQ(settings.kafka->brokers, "a:9092, b:9092");
  EXPECT_EQ(settings.kafka->timeout, milliseconds{8'000});
  EXPECT_THAT(settings.kafka->options, IsEmpty());
  ASSERT_EQ(settings.forwards.size(), 1U);
  const Forward& made = settings.forwards[0];
  EXPECT_EQ(made.name, "incidents");
  EXPECT_THAT(made.events, ElementsAre("Incident*"));
  EXPECT_EQ(made.topic, "t");
  EXPECT_EQ(made.format, RecordFormat::plain);
  EXPECT_EQ(made.key, "aggregate_id");
  EXPECT_EQ(made.source, "/freshet");
  EXPECT_EQ(made.header, IdHeader::server);
  EXPECT_FALSE(made.tombstone);
  EXPECT_EQ(made.on_dead, projections::OnDead::block);
  EXPECT_EQ(made.retry.size(), 5U);
  EXPECT_EQ(made.workers, 2);
  EXPECT_EQ(made.green_ms, 100);
  EXPECT_EQ(made.yellow_ms, 500);
}

TEST(ForwardSettings, EveryValueArrives) {
  const Settings settings = load_settings(one_database + R"(
[kafka]
brokers = "a:9092"
timeout_ms = 6000
[kafka.options]
"security.protocol" = "SASL_SSL"
sasl.mechanism = "PLAIN"
sasl.password = "${DB_PASSWORD}$${x}"
linger.ms = 5
socket.keepalive.enable = true
[[forward]]
name = "one"
events = ["*"]
topic = "outbox.event.${aggregate_type}"
format = "debezium"
header = "connect"
key = "payload.customer"
tombstone = true
on_dead = "skip"
retry_s = []
workers = 16
green_ms = 5
yellow_ms = 6
[[forward]]
name = "two"
events = ["*"]
topic = "t"
format = "cloudevents"
source = "/desk/${aggregate_type}"
)");
  EXPECT_EQ(settings.kafka->timeout, milliseconds{6'000});
  EXPECT_THAT(
      settings.kafka->options,
      UnorderedElementsAre(Pair("security.protocol", "SASL_SSL"), Pair("sasl.mechanism", "PLAIN"),
                           Pair("sasl.password", "hunter2${x}"), Pair("linger.ms", "5"),
                           Pair("socket.keepalive.enable", "true")));
  const Forward& one = settings.forwards.at(0);
  EXPECT_EQ(one.topic, "outbox.event.${aggregate_type}");
  EXPECT_EQ(one.format, RecordFormat::debezium);
  EXPECT_EQ(one.header, IdHeader::connect);
  EXPECT_EQ(one.key, "payload.customer");
  EXPECT_TRUE(one.tombstone);
  EXPECT_EQ(one.on_dead, projections::OnDead::skip);
  EXPECT_THAT(one.retry, IsEmpty());
  EXPECT_EQ(one.workers, 16);
  EXPECT_EQ(one.green_ms, 5);
  EXPECT_EQ(settings.forwards.at(1).format, RecordFormat::cloudevents);
  EXPECT_EQ(settings.forwards.at(1).source, "/desk/${aggregate_type}");
}

TEST(ForwardSettings, AForwardNeedsBrokers) {
  EXPECT_THAT(settings_faults(one_database + forward),
              ElementsAre(HasSubstr("needs a section [kafka] with brokers")));
  EXPECT_THAT(settings_faults(one_database + "[kafka]\n" + forward),
              ElementsAre(HasSubstr("[kafka] needs \"brokers\"")));
  for (const char* brokers : {"", " ", "a:1,,b:2", "a:1,"}) {
    EXPECT_THAT(settings_faults(one_database + "[kafka]\nbrokers = \"" + brokers + "\"\n"),
                ElementsAre(HasSubstr("none empty")))
        << brokers;
  }
  EXPECT_THAT(settings_faults(one_database + "[[kafka]]\nbrokers = \"a\"\n"),
              ElementsAre(HasSubstr("write [kafka]")));
}

TEST(ForwardSettings, AForwardNeedsANameEventsAndATopic) {
  EXPECT_THAT(settings_faults(one_database + kafka + "[[forward]]\n"),
              ElementsAre(HasSubstr("needs \"name\""), HasSubstr("needs \"events\""),
                          HasSubstr("needs \"topic\"")));
}

TEST(ForwardSettings, NamesDifferAlsoFromProjections) {
  const std::string projection =
      "[[projection]]\nname = \"incidents\"\nevents = [\"*\"]\nsql = \"SELECT 1\"\n";
  EXPECT_THAT(settings_faults(one_database + projection + kafka + forward),
              ElementsAre(AllOf(HasSubstr("11: [[forward]] \"incidents\" has the name of the"),
                                HasSubstr("line 5"))));
  EXPECT_THAT(settings_faults(one_database + kafka + forward + forward),
              ElementsAre(HasSubstr("is there already, on line 7")));
}

TEST(ForwardSettings, WhatAFormatDoesNotUseIsRefused) {
  EXPECT_THAT(settings_faults(one_database + kafka + forward + "header = \"connect\"\n"),
              ElementsAre(HasSubstr("\"incidents\" has a header, which only")));
  EXPECT_THAT(settings_faults(one_database + kafka + forward + "source = \"/x\"\n"),
              ElementsAre(HasSubstr("has a source, which only format = \"cloudevents\"")));
  EXPECT_THAT(settings_faults(one_database + kafka + forward + "format = \"avro\"\n"),
              ElementsAre(HasSubstr("must be one of \"plain\", \"cloudevents\", \"debezium\"")));
  EXPECT_THAT(settings_faults(one_database + kafka + forward + "green_ms = 501\n"),
              ElementsAre(HasSubstr("must not be more than yellow_ms")));
  EXPECT_THAT(settings_faults(one_database + kafka + forward + "workers = 17\n"),
              ElementsAre(HasSubstr("[[forward]] workers must be from 1 to 16")));
}

TEST(ForwardSettings, TheDeadlineForBrokersNestsBetweenHandlerAndStatement) {
  const auto timeout_with = [](const std::string& relay) {
    return load_settings("[relay]\n" + relay + one_database + kafka).kafka->timeout;
  };
  EXPECT_EQ(timeout_with("statement_timeout_ms = 5000\n"), milliseconds{4'000});
  EXPECT_EQ(timeout_with("drain_s = 5\n"), milliseconds{1'600});
  EXPECT_EQ(timeout_with("handler_timeout_ms = 9000\n"), milliseconds{9'500});
  EXPECT_THAT(settings_faults(one_database + kafka + "timeout_ms = 5000\n"),
              ElementsAre(HasSubstr("6: [kafka] timeout_ms (5000 ms) must be longer than [relay] "
                                    "handler_timeout_ms (5000 ms)")));
  EXPECT_THAT(settings_faults(one_database + kafka + "timeout_ms = 10000\n"),
              ElementsAre(HasSubstr("must be shorter than [relay] statement_timeout_ms (10000")));
}

TEST(ForwardSettings, OptionsAreStringsNumbersAndBooleansAndNeverShown) {
  EXPECT_THAT(settings_faults(one_database + kafka +
                              "[kafka.options]\nlinger.ms = 0.5\na = [\"s3cret\"]\n"),
              AllOf(ElementsAre(HasSubstr("7: [kafka] options \"linger.ms\" must be a string"),
                                HasSubstr("8: [kafka] options \"a\" must be")),
                    Not(testing::Contains(HasSubstr("s3cret")))));
  EXPECT_THAT(
      settings_faults(one_database + kafka + "[kafka.options]\nlinger.ms = 5\n\"linger.ms\" = 6\n"),
      ElementsAre(HasSubstr("\"linger.ms\" is there twice")));
  EXPECT_THAT(settings_faults(one_database + kafka +
                              "[kafka.options]\n\"sasl.password\" = \"s3cret${NO_SUCH}\"\n"),
              ElementsAre(AllOf(HasSubstr("needs the environment variable NO_SUCH"),
                                Not(HasSubstr("s3cret")))));
  EXPECT_THAT(settings_faults(one_database + kafka + "options = 7\n"),
              ElementsAre(HasSubstr("[kafka] options must be a table, not a whole number")));
}

}  // namespace
