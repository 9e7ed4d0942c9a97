#include <gmock/gmock.h>

#include "tests/support/forward_run.hpp"

// Topics that take nothing, records that no topic takes, and several databases.
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::consume;
using tests::Consumed;
using tests::eventually;
using tests::ForwardRun;
using tests::KafkaBroker;
using tests::KafkaTopics;

void publish(const tests::TestDatabase& db, const std::string& aggregate_type, int events,
             const std::string& key = "k") {
  db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "SELECT 'Thing', n::text, '" +
      aggregate_type + "', '" + key + "' FROM generate_series(1, " + std::to_string(events) +
      ") n");
}

std::vector<std::string> values(const std::string& topic) {
  std::vector<std::string> all;
  for (const auto& record :
       tests::read_topic(tests::quick_client(KafkaBroker::shared().address()), topic)) {
    all.push_back(record.value.value_or("(none)"));
  }
  return all;
}

TEST(ForwardTopics, ThoseThatAreUnknownOrForbiddenWaitAndAreSaidWhileOthersGoOn) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  topics.create("many.good", 1);
  topics.create("many.forbidden", 1);
  topics.forbid_writing("many.forbidden");
  ForwardRun run{broker.address()};
  run.config.add_forward("out", "Thing", "many.${aggregate_type}");
  for (const char* type : {"unknown", "forbidden", "good", "no name"}) publish(run.db, type, 3);

  const tests::Ended check = run.config.run({"check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_THAT(check.out, AllOf(HasSubstr("kafka: fault: the topic \"many.unknown\" does not exist"),
                               HasSubstr("kafka: fault: the topic \"many.forbidden\" may not be "
                                         "written by this user"),
                               testing::Not(HasSubstr("many.good"))));
  EXPECT_THAT(values("many.good"), IsEmpty()) << "a check writes nothing";

  run.start();
  EXPECT_TRUE(eventually([&] { return run.done() == 3; })) << run.log();
  EXPECT_TRUE(eventually([&] { return run.deliveries("state = 'dead'") == 1; })) << run.log();
  EXPECT_THAT(run.log(), HasSubstr("the topic \"many.unknown\" does not exist"))
      << "a warning at the start";
  EXPECT_EQ(run.db.number("SELECT sum(attempts) FROM event_delivery WHERE state <> 'dead'"), 0);
  EXPECT_EQ(run.open(), 9);
  EXPECT_EQ(run.db.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
            "the topic's name \"many.no name\" holds more than the letters, digits, \".\", \"_\" "
            "and \"-\" that Kafka allows");
  ASSERT_TRUE(eventually([&] {
    const std::string status = run.config.run({"status"}).out;
    return status.find("out: the topic \"many.") != std::string::npos;
  }));
  EXPECT_THAT(run.config.run({"status", "--json"}).out,
              AllOf(HasSubstr("\"held_by\": \"2 event(s) are tried again"),
                    testing::Not(HasSubstr("\"GREEN\"")), testing::Not(HasSubstr("\"idle\""))));
  topics.create("many.unknown", 1);
  topics.permit_writing("many.forbidden");
  EXPECT_TRUE(eventually([&] { return run.done() == 9; })) << run.log();
  run.stop();
  for (const char* topic : {"many.good", "many.unknown", "many.forbidden"}) {
    EXPECT_THAT(values(topic), ElementsAre("1", "2", "3")) << topic;
  }
}

TEST(ForwardTopics, WhatIsTooLargeIsADeadLetterAtOnceUntilMoreIsAllowedAndItIsRetried) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics topics{broker.address()};
  for (const char* topic : {"large-blocked", "large-skipped"}) {
    topics.create(topic, 1, {{"max.message.bytes", "4000000"}});
  }
  ForwardRun run{broker.address()};
  run.config.retry_s = "[60]";  // it would be seen to wait
  run.config.add_forward("blocked", "Thing", "large-blocked");
  run.config.add_forward("skipped", "Thing", "large-skipped", "on_dead = \"skip\"");
  publish(run.db, "a", 1);
  run.db.run(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "VALUES ('Thing', to_json(repeat('x', 2000000))::text, 'a', 'k')");
  publish(run.db, "a", 2);
  publish(run.db, "neighbour", 2, "n");
  tests::Ended ended = run.config.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run.db.value("SELECT string_agg(listener || ' ' || state || ' ' || number, ', ' ORDER "
                         "BY listener, state) FROM (SELECT listener, state, count(*) AS number "
                         "FROM event_delivery GROUP BY listener, state) d"),
            "blocked dead 1, blocked waiting 2, skipped dead 1");
  EXPECT_THAT(run.db.value("SELECT DISTINCT last_error FROM event_delivery WHERE state = 'dead'"),
              testing::ContainsRegex("the record would have 2000[0-9]* bytes; message.max.bytes of "
                                     ".kafka.options. allows 1000000"));
  EXPECT_EQ(values("large-blocked").size(), 3U);
  EXPECT_EQ(values("large-skipped").size(), 5U);

  run.config.kafka_options["message.max.bytes"] = "3000000";
  const tests::Ended retry = run.config.run({"dead", "retry", "--all"});
  EXPECT_EQ(retry.code, 0) << retry.err;
  ended = run.config.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run.open() + run.deliveries(), 0);
  const Consumed blocked = consume(broker.address(), "large-blocked");
  EXPECT_THAT(blocked.faults, IsEmpty());
  EXPECT_EQ(blocked.times.size(), 6U);
  EXPECT_EQ(blocked.repeats(), 0);
  EXPECT_EQ(values("large-skipped").back().size(), 2'000'002U) << "a retry of what was skipped";
}

/// How many producers a process has.
int producers(pid_t pid) {
  const std::string count =
      "grep -lx rdk:main /proc/" + std::to_string(pid) + "/task/*/comm | wc -l";
  return std::stoi(tests::run_command({"sh", "-c", count}).out);
}

TEST(ForwardTopics, AreReachedFromSeveralDatabasesThroughOneProducer) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("shared-sink", 2);
  ForwardRun run{broker.address()};
  const tests::TestDatabase other;
  run.config.add_forward("out", "Thing", "shared-sink");
  run.config.projections += "[[database]]\nname = \"other\"\nurl = \"" + other.url() + "\"\n";
  publish(run.db, "a", 100, "here");
  publish(other, "a", 100, "there");
  run.start();
  EXPECT_TRUE(run.drained()) << run.log();
  EXPECT_TRUE(eventually([&] {
    return other.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") ==
           0;
  })) << run.log();
  EXPECT_EQ(producers(run.relay().pid()), 1);
  run.stop();
  const Consumed consumed = consume(broker.address(), "shared-sink");
  EXPECT_THAT(consumed.faults, IsEmpty());
  EXPECT_EQ(consumed.ids.at("here").size() + consumed.ids.at("there").size(), 200U);
  EXPECT_EQ(consumed.repeats(), 0);
}

}  // namespace
