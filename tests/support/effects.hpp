#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/eventually.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// A table that remembers every effect of a projection in the order of its commits.
class Effects {
 public:
  /// @param table named after the projection, where there are several.
  explicit Effects(const TestDatabase& db, std::string table = "effects")
      : Effects(std::move(table), db) {
    db_.run("CREATE TABLE " + table_ +
            " (pos bigserial, event_id uuid, key text, seq bigint, n int)");
  }

  /// A table that is there already.
  static Effects existing(const TestDatabase& db) { return {"effects", db}; }

  /// The projection's SQL. @param n the expression kept as n.
  [[nodiscard]] std::string sql(const std::string& n = "(payload->>'n')::int") const {
    return "INSERT INTO " + table_ + " (event_id, key, seq, n) SELECT id, aggregate_id, seq, " + n +
           " FROM events ORDER BY seq";
  }

  [[nodiscard]] long count(const std::string& where = "true") const {
    return db_.number("SELECT count(*) FROM " + table_ + " WHERE " + where);
  }
  /// Whether so many are there within the time.
  [[nodiscard]] bool reach(long wanted, std::chrono::milliseconds time = std::chrono::seconds{30},
                           const std::string& where = "true") const {
    return eventually([&] { return count(where) >= wanted; }, time);
  }
  /// Events that had more than one effect.
  [[nodiscard]] long doubled() const {
    return db_.number("SELECT count(*) FROM (SELECT FROM " + table_ +
                      " GROUP BY event_id HAVING count(*) > 1) d");
  }
  /// Effects of a key that came after one with a higher seq.
  [[nodiscard]] long overtaken() const {
    return db_.number(
        "SELECT count(*) FROM (SELECT seq, max(seq) OVER (PARTITION BY key ORDER BY "
        "pos) AS highest FROM " +
        table_ + ") e WHERE seq < highest");
  }

 private:
  Effects(std::string table, const TestDatabase& db) : db_(db), table_(std::move(table)) {}

  const TestDatabase& db_;
  std::string table_;
};

/// SQL that publishes events {"n": first} … {"n": first + count - 1} of one type, keyed by `key`,
/// an expression over n.
inline std::string publishing(const std::string& type, const std::string& key, int count,
                              int first = 1) {
  return "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) SELECT '" +
         type + "', jsonb_build_object('n', n)::text, " + key + " FROM generate_series(" +
         std::to_string(first) + ", " + std::to_string(first + count - 1) + ") n";
}

/// Keys 'PREFIX1', 'PREFIX2', … of one lane.
inline std::vector<std::string> keys_of_lane(const TestDatabase& db, int lane, std::size_t count,
                                             const std::string& prefix) {
  std::vector<std::string> keys;
  for (const auto& row :
       db.run("SELECT key FROM (SELECT n, '" + prefix +
              "' || n AS key FROM generate_series(1, 100000) "
              "n) k WHERE freshet_lane(NULL, key, NULL) = " +
              std::to_string(lane) + " ORDER BY n LIMIT " + std::to_string(count))) {
    keys.emplace_back(row[0].c_str());
  }
  return keys;
}

/// Asks a relay to stop. @return its exit code, -1 when it does not end within 15 s.
inline int stop_relay(Process& relay, int signal_number = 15) {
  relay.signal(signal_number);
  return relay.wait(std::chrono::seconds{15}).value_or(-1);
}

}  // namespace tests
