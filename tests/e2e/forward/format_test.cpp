#include <gmock/gmock.h>

#include "tests/support/forward_run.hpp"

// Records as they lie in the broker, byte by byte.
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::ForwardRun;
using tests::KafkaBroker;
using tests::KafkaRecord;
using tests::KafkaTopics;

// As Debezium's outbox router was seen to emit them, with four partitions.
const std::map<std::string, int> partition_of_key = {
    {"INC-0", 3}, {"INC-1", 0}, {"INC-2", 1}, {"INC-12", 2}};

constexpr const char* odd_payload = R"({"title":  "Printer\u00e9 \"jam\"",   "b": 1.50, "a": [ ]})";

class ForwardFormats : public ::testing::Test {
 protected:
  void publish(const std::string& key, const std::string& payload) const {
    run_.db.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, "
        "aggregate_id, headers) VALUES ('IncidentCreated', $$" +
        payload + "$$, 'incident', '" + key + R"(', '{"tenant": "north"}'))");
  }
  void add(const std::string& name, const std::string& extra) {
    KafkaTopics{broker_.address()}.create("format-" + name, 4);
    run_.config.add_forward(name, "Incident*", "format-" + name, extra);
  }
  void drain() const {
    const tests::Ended ended = run_.config.run({"run", "--drain"});
    ASSERT_EQ(ended.code, 0) << ended.err;
  }
  /// The records of a topic by key.
  [[nodiscard]] std::map<std::string, std::vector<KafkaRecord>> records(
      const std::string& name) const {
    std::map<std::string, std::vector<KafkaRecord>> all;
    for (KafkaRecord& record :
         tests::read_topic(tests::quick_client(broker_.address()), "format-" + name)) {
      all[record.key.value_or("(none)")].push_back(std::move(record));
    }
    return all;
  }
  [[nodiscard]] std::string id_of(const std::string& key) const {
    return run_.db.value("SELECT id FROM event_publication WHERE aggregate_id = '" + key + "'");
  }

  KafkaBroker& broker_ = KafkaBroker::shared();
  ForwardRun run_{broker_.address()};
};

TEST_F(ForwardFormats, AreWhatDebeziumEmitsAndWhatCloudEventsAskFor) {
  add("server", "format = \"debezium\"");
  add("connect", "format = \"debezium\"\nheader = \"connect\"");
  add("events", "format = \"cloudevents\"\nsource = \"/desk/${aggregate_type}\"");
  for (const auto& [key, partition] : partition_of_key) publish(key, odd_payload);
  ASSERT_NO_FATAL_FAILURE(drain());
  for (const auto& [name, quote] :
       std::map<std::string, std::string>{{"server", "\""}, {"connect", ""}}) {
    const auto all = records(name);
    EXPECT_EQ(all.size(), 4U);
    for (const auto& [key, partition] : partition_of_key) {
      ASSERT_EQ(all.at(key).size(), 1U);
      const KafkaRecord& record = all.at(key)[0];
      EXPECT_EQ(record.partition, partition) << key;
      EXPECT_EQ(record.value, odd_payload);
      EXPECT_THAT(record.headers, ElementsAre(Pair("id", quote + id_of(key) + quote)));
    }
  }
  const auto events = records("events");
  for (const auto& [key, partition] : partition_of_key) {
    const KafkaRecord& record = events.at(key).at(0);
    EXPECT_EQ(record.partition, partition) << key;
    EXPECT_EQ(record.value, odd_payload);
    const auto column = [this, id = key](const std::string& sql) {
      return run_.db.value("SELECT " + sql + " FROM event_publication WHERE aggregate_id = '" + id +
                           "'");
    };
    EXPECT_THAT(record.headers,
                UnorderedElementsAre(
                    Pair("ce_specversion", "1.0"), Pair("ce_id", id_of(key)),
                    Pair("ce_source", "/desk/incident"), Pair("ce_type", "IncidentCreated"),
                    Pair("ce_time", column("to_char(publication_date AT TIME ZONE 'UTC', "
                                           "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")),
                    Pair("ce_sequence", column("lpad(seq::text, 19, '0')")),
                    Pair("ce_subject", key), Pair("ce_partitionkey", key),
                    Pair("content-type", "application/json"), Pair("tenant", "north")));
  }
}

TEST_F(ForwardFormats, PassArraysAndNullsOnAndMakeTombstonesWhereTheyAreAskedFor) {
  add("bytes", "format = \"debezium\"");
  add("tombs", "tombstone = true");
  const std::map<std::string, std::string> payloads = {{"array", R"([1, "two", {"three": [ 3 ]}])"},
                                                       {"null", "null"},
                                                       {"empty", ""},
                                                       {"text", "\"x\""}};
  for (const auto& [key, payload] : payloads) publish(key, payload);
  publish("empty", "\"behind\"");
  ASSERT_NO_FATAL_FAILURE(drain());
  auto bytes = records("bytes");
  auto tombs = records("tombs");
  for (const char* key : {"array", "text"}) {
    EXPECT_EQ(bytes[key].at(0).value, payloads.at(key));
    EXPECT_EQ(tombs[key].at(0).value, payloads.at(key));
  }
  EXPECT_EQ(bytes["null"].at(0).value, "null");
  EXPECT_EQ(tombs["null"].at(0).value, std::nullopt);
  EXPECT_EQ(bytes["empty"].size(), 0U) << "a dead letter, and what waits behind it";
  ASSERT_EQ(tombs["empty"].size(), 2U);
  EXPECT_EQ(tombs["empty"][0].value, std::nullopt);
  EXPECT_EQ(tombs["empty"][1].value, "\"behind\"");
  EXPECT_EQ(run_.db.value("SELECT string_agg(listener || ' ' || state, ', ' ORDER BY seq) "
                          "FROM event_delivery"),
            "bytes dead, bytes waiting");
  EXPECT_THAT(run_.db.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
              testing::HasSubstr("empty"));
}

}  // namespace
