#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <sstream>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Ended;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr const char* injected = "\\r\\nHTTP/1.1 200 OK\\r\\n2026-01-01T00:00:00 error forged";

// Headers reach a projection as they were stored, and nothing of them can begin a line of a log.
TEST(HostileText, HeadersAreKeptByteForByteAndSplitNoLine) {
  const TestDatabase db;
  db.run("CREATE TABLE seen (event_id uuid, headers jsonb)");
  db.run(std::string{"INSERT INTO event_publication (event_type, serialized_event, aggregate_id, "
                     "headers) VALUES "
                     "('Thing', '{\"n\": 1}', E'key"} +
         injected +
         "', NULL), "
         "('Thing', '{\"n\": 2}', 'b', '{\"a\": \"" +
         injected +
         "\"}'), "
         "('Thing', '{\"n\": 3}', 'c', '{\"" +
         injected +
         "\": null}'), "
         "('Thing', '{\"n\": 4}', 'd', jsonb_build_object('big', repeat('x', 1000000))), "
         "('Thing', '{\"n\": 5}', 'e', '[1, [2, {}], \"\"]'), "
         "('Thing', '{\"n\": 6}', 'f', '\"\\u007f\\u0001\xE2\x80\xAE\"'), "
         "(E'Thing" +
         injected + "', '{\"n\": 7}', 'g', '{}')");
  for (const char* format : {"text", "json"}) {
    db.run(
        "TRUNCATE seen; DELETE FROM event_delivery; DELETE FROM processed_events; UPDATE "
        "event_publication SET completion_date = NULL, parked = false");
    RelayConfig config{db.url()};
    config.relay = {{"log_level", "\"debug\""}, {"log_format", std::string{"\""} + format + "\""}};
    config.add("seen", "Thing*", "INSERT INTO seen SELECT id, headers FROM events");
    config.add("broken", "Thing*",
               "SELECT (aggregate_id || event_type || payload::text)::int FROM events");
    const Ended ended = config.run({"run", "--drain"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(db.number("SELECT count(*) FROM seen JOIN event_publication p ON p.id = event_id "
                        "WHERE seen.headers IS NOT DISTINCT FROM p.headers"),
              7);
    EXPECT_EQ(db.number("SELECT count(*) FROM event_delivery WHERE state = 'dead'"), 7);
    std::istringstream lines{ended.err};
    for (std::string line; std::getline(lines, line);) {
      EXPECT_FALSE(line.starts_with("HTTP/") || line.starts_with("2026-01-01T00:00:00 ")) << line;
      if (format == std::string{"json"}) {
        EXPECT_TRUE(nlohmann::json::accept(line)) << line;
      }
    }
    EXPECT_EQ(ended.err.find('\r'), std::string::npos);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"dead", "list"}, {"keys", "blocked"}, {"status"}}) {
      const Ended shown = config.run(words);
      EXPECT_EQ(shown.code, 0) << shown.err;
      EXPECT_EQ(shown.out.find('\r'), std::string::npos) << shown.out;
      EXPECT_EQ(shown.out.find("\nHTTP/"), std::string::npos) << shown.out;
    }
  }
}

/// A database with a name that nobody should choose, gone with the destructor.
class OddDatabase {
 public:
  explicit OddDatabase(std::string in_sql) : in_sql_(std::move(in_sql)) {
    alone("DROP DATABASE IF EXISTS " + in_sql_);
    alone("CREATE DATABASE " + in_sql_);
  }
  ~OddDatabase() {
    try {
      alone("DROP DATABASE " + in_sql_ + " WITH (FORCE)");
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  OddDatabase(const OddDatabase&) = delete;
  OddDatabase& operator=(const OddDatabase&) = delete;

 private:
  static void alone(const std::string& sql) {
    pqxx::connection connection{tests::server_url("postgres")};
    pqxx::nontransaction{connection}.exec(sql);
  }
  std::string in_sql_;
};

TEST(HostileText, AnOddlyNamedDatabaseSchemaAndTableAreJustNames) {
  const OddDatabase odd{"\"We\"\"ird'; DROP TABLE x; --\""};
  const TestDatabase db =
      TestDatabase::at(tests::server_url("We%22ird%27%3B%20DROP%20TABLE%20x%3B%20--"));
  RelayConfig config{db.url()};
  config.add("odd", "*", "INSERT INTO \"Sch\"\"ema; --\".\"Ta'ble $1 %s\" SELECT id FROM events");
  const Ended migrated = config.run({"migrate"});
  ASSERT_EQ(migrated.code, 0) << migrated.err;
  db.run(
      "CREATE SCHEMA \"Sch\"\"ema; --\"; CREATE TABLE \"Sch\"\"ema; --\".\"Ta'ble $1 %s\" "
      "(id uuid)");
  db.run(tests::publishing("Thing", "'k' || n", 20));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"check"}, {"run", "--drain"}, {"status"}}) {
    const Ended ended = config.run(words);
    EXPECT_EQ(ended.code, 0) << ended.err << ended.out;
  }
  EXPECT_EQ(db.number("SELECT count(*) FROM \"Sch\"\"ema; --\".\"Ta'ble $1 %s\""), 20);
}

}  // namespace
