#include <gtest/gtest.h>

#include "relay/pg/connection.hpp"
#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr const char* secret = "s3cr3t-c0ntent";

/// What the projection saw: enough to compare with the row that was published, byte by byte.
constexpr const char* record_seen =
    "INSERT INTO seen SELECT id, event_type, aggregate_id, payload->>'t' FROM events ORDER BY seq";
constexpr const char* seen_table =
    "CREATE TABLE seen (event_id uuid, event_type text, aggregate_id text, t text)";

/// Publishes with bound values, so that nothing needs quoting here.
class Publisher {
 public:
  explicit Publisher(const TestDatabase& db) : connection_(db.url()) {}
  void publish(const std::string& key, const std::string& payload,
               const std::string& type = "Thing") {
    connection_.exec(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) "
        "VALUES ($1, $2, $3)",
        type, payload, key);
  }

 private:
  relay::pg::Connection connection_;
};

std::string object(const std::string& text) {
  return "{\"t\": \"" + text + "\"}";
}

struct Bad {
  const char* key;
  std::string payload;
  const char* reason;  ///< Part of the dead letter's sentence.
};

std::vector<Bad> bad_payloads() {
  const std::string s = secret;
  return {
      {"not json", "{\"" + s + "\": ", "not JSON"},
      {"two values", object(s) + object(s), "not JSON"},
      {"empty", "", "empty"},
      {"20 MB", object(std::string(20'000'000, 'x') + s), "payload_max_bytes"},
      {"nul", object(s + "\\u0000"), "\\u0000"},
      {"nul in a name", "{\"" + s + "\\u0000\": 1}", "\\u0000"},
      {"surrogate", object(s + "\\ud800"), "not JSON"},
      {"number", "{\"" + s + "\": 1e999999}", "number"},
      {"small number", "{\"" + s + "\": 1e-999999}", "exponent"},
      {"deep", std::string(100'000, '[') + std::string(100'000, ']'), "nests deeper"},
      {"deep objects", "{\"" + s + "\":" + std::string(100'000, '['), "nests deeper"},
      {"byte order mark", "\xEF\xBB\xBF" + object(s), "byte order mark"},
  };
}

struct Good {
  std::string key;
  std::string payload;
  std::string type = "Thing";
};

std::vector<Good> odd_but_good() {
  const std::string quotes = "''\"\"\\\\{},%s$1:name`--/*;";
  std::string type;
  while (type.size() < 512) type += quotes;
  type.resize(512);
  return {
      {"10 MB", object(std::string(10'000'000, 'x') + "end")},
      {"long type", object("long type"), type},
      {"%s'\";--", object("%s'\\\";-- $1 :name \\\\ {} \\u0001")},
      {"\xE2\x98\x83 \xF0\x9F\x92\xA7 e\xCC\x81 \xD7\xA9", object("\xE2\x98\x83 \\ud83d\\udca7")},
      {"\x01\t\r\n", object("control characters in the key")},
      {" ", object("a blank key")},
      {"", object("an empty key")},
      {"NULL", "null"},
      {"scalar", "17"},
      {"spaces", " \t\r\n {\"t\" : \"spaces\" , \"t\": \"twice\"} \n"},
  };
}

TEST(Hostile, EventsEndAsDeadLettersWithAReasonOrPassByteExactAndTheirNeighboursFlow) {
  const TestDatabase db;
  db.run(seen_table);
  RelayConfig config{db.url()};
  config.relay["log_level"] = "\"debug\"";
  config.add("seen", "*", record_seen);
  Process relay{config.command({"run"})};
  Publisher publisher{db};
  const auto bad = bad_payloads();
  const auto good = odd_but_good();
  int neighbours = 0;
  for (const Bad& one : bad) {
    publisher.publish(one.key, one.payload);
    publisher.publish("neighbour " + std::to_string(++neighbours), object("fine"));
  }
  for (const Good& one : good) publisher.publish(one.key, one.payload, one.type);
  const std::string md5s =
      "SELECT md5(string_agg(md5(serialized_event), '' ORDER BY id)) FROM event_publication";
  const std::string before = db.value(md5s);

  const auto wanted = static_cast<long>(good.size()) + neighbours;
  EXPECT_TRUE(tests::eventually([&] { return db.number("SELECT count(*) FROM seen") >= wanted; }))
      << relay.err();
  EXPECT_TRUE(tests::eventually([&] {
    return db.number("SELECT count(*) FROM event_delivery") == static_cast<long>(bad.size());
  })) << relay.err();
  EXPECT_TRUE(relay.running());
  EXPECT_EQ(tests::stop_relay(relay), 0);

  EXPECT_EQ(db.number("SELECT count(*) FROM seen"), wanted);
  EXPECT_EQ(db.value(md5s), before) << "a stored event was changed";
  for (const Bad& one : bad) {
    const std::string why = db.value(
        "SELECT last_error FROM event_delivery d JOIN event_publication p ON p.id = d.event_id "
        "WHERE "
        "d.state = 'dead' AND p.aggregate_id = '" +
        std::string{one.key} + "'");
    EXPECT_NE(why.find(one.reason), std::string::npos) << one.key << ": " << why;
  }
  EXPECT_EQ(
      db.number("SELECT count(*) FROM event_publication p JOIN seen s ON s.event_id = p.id WHERE "
                "s.event_type = p.event_type AND s.aggregate_id = p.aggregate_id AND s.t IS NOT "
                "DISTINCT FROM p.serialized_event::jsonb->>'t'"),
      wanted);
  EXPECT_EQ(db.number("SELECT length(t) FROM seen WHERE aggregate_id = '10 MB'"), 10'000'003);
  EXPECT_EQ(db.number("SELECT length(event_type) FROM seen WHERE aggregate_id = 'long type'"), 512);
  const std::string log = relay.out() + relay.err();
  EXPECT_EQ(log.find(secret), std::string::npos) << "a payload's content in the log";
  EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE last_error LIKE '%" +
                      std::string{secret} + "%'"),
            0);
}

// An event of the key behind a bad one waits for it; it is not lost and not applied.
TEST(Hostile, AnEventBehindABadPayloadOfItsKeyWaits) {
  const TestDatabase db;
  db.run(seen_table);
  RelayConfig config{db.url()};
  config.relay["batch_size"] = "1";
  config.add("seen", "*", record_seen);
  Publisher publisher{db};
  publisher.publish("k", object("first"));
  publisher.publish("k", "{");
  publisher.publish("k", object("behind"));
  publisher.publish("other", object("other"));
  const tests::Ended ended = config.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(db.value("SELECT string_agg(t, ',' ORDER BY t) FROM seen"), "first,other");
  EXPECT_EQ(db.value("SELECT string_agg(state, ',' ORDER BY seq) FROM event_delivery"),
            "dead,waiting");
}

// The relay decides before the server does: what it lets pass, jsonb must take.
TEST(Hostile, APayloadAtTheLimitPassesAndOneByteMoreIsDead) {
  const TestDatabase db;
  db.run(seen_table);
  RelayConfig config{db.url()};
  config.relay["payload_max_bytes"] = "2000";
  config.add("seen", "*", record_seen);
  Publisher publisher{db};
  publisher.publish("at", object(std::string(2'000 - object("").size(), 'x')));
  publisher.publish("over", object(std::string(2'001 - object("").size(), 'x')));
  const tests::Ended ended = config.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(db.value("SELECT string_agg(aggregate_id, ',') FROM seen"), "at");
  EXPECT_EQ(db.value("SELECT last_error FROM event_delivery"),
            "the payload has 2001 bytes; payload_max_bytes allows 2000");
}

}  // namespace
