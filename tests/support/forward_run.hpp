#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/support/effects.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/relay_config.hpp"

namespace tests {

/// A broker with every door, for tests that do it harm and mend it afterwards.
inline KafkaBroker& sturdy_broker() {
  static KafkaBroker broker{{.all_doors = true}};
  return broker;
}

/// The program with forwards to a real broker, with short limits, and a database of its own.
class ForwardRun {
 public:
  explicit ForwardRun(const std::string& brokers) {
    config.kafka = {{"brokers", "\"" + brokers + "\""}, {"timeout_ms", "2000"}};
    config.relay = {
        {"handler_timeout_ms", "1500"}, {"statement_timeout_ms", "3000"}, {"drain_s", "5"}};
  }

  /// Less patience with brokers, for those that will not answer.
  void hurry() {
    config.kafka["timeout_ms"] = "1000";
    config.relay["handler_timeout_ms"] = "900";
  }
  void start() { relay_ = std::make_unique<Process>(config.command({"run"})); }
  void kill() {
    relay_->signal(SIGKILL);
    EXPECT_EQ(relay_->wait(), 128 + SIGKILL);
  }
  /// Ends it in peace.
  void stop() { EXPECT_EQ(stop_relay(*relay_), 0) << log(); }
  [[nodiscard]] Process& relay() const { return *relay_; }
  [[nodiscard]] std::string log() const { return relay_ ? relay_->out() + relay_->err() : ""; }
  [[nodiscard]] bool says(const std::string& text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
  }

  [[nodiscard]] long open() const {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL");
  }
  [[nodiscard]] long done() const {
    return db.number("SELECT count(*) FROM event_publication WHERE completion_date IS NOT NULL");
  }
  [[nodiscard]] bool drained(std::chrono::milliseconds time = std::chrono::seconds{30}) const {
    return eventually([&] { return open() == 0; }, time);
  }
  [[nodiscard]] long deliveries(const std::string& where = "true") const {
    return db.number("SELECT count(*) FROM event_delivery WHERE " + where);
  }
  [[nodiscard]] long failures() const {
    return db.number(
        "SELECT (SELECT count(*) FROM event_attempt) + "
        "(SELECT coalesce(sum(attempts), 0) FROM event_delivery)");
  }
  /// Sessions of the relay that hold a transaction open and do nothing for longer than there is
  /// between two statements of a batch, and shorter than a broker is waited for.
  [[nodiscard]] long idle_in_transaction() const {
    return db.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name LIKE 'freshet%' AND state LIKE 'idle in transaction%' "
        "AND state_change < clock_timestamp() - interval '400 ms'");
  }

  TestDatabase db;
  RelayConfig config{db.url()};

 private:
  std::unique_ptr<Process> relay_;
};

inline std::string header_of(const KafkaRecord& record, const std::string& name) {
  for (const auto& [header, value] : record.headers) {
    if (header == name) return value;
  }
  return "";
}

/// A topic as a consumer sees it that drops what comes again.
struct Consumed {
  std::map<std::string, std::vector<std::string>> ids;  ///< By key, in their order.
  std::map<std::string, int> times;                     ///< Of each event.
  std::vector<std::string> faults;                      ///< What no consumer should see.

  [[nodiscard]] long repeats() const {
    long sum = 0;
    for (const auto& [id, number] : times) sum += number - 1;
    return sum;
  }
  [[nodiscard]] int most_times() const {
    int most = 0;
    for (const auto& [id, number] : times) most = std::max(most, number);
    return most;
  }
};

/// Reads a topic of plain records: each key in one partition, its first occurrences by rising seq.
inline Consumed consume(const std::string& brokers, const std::string& topic) {
  Consumed all;
  std::map<std::string, std::pair<int, std::int64_t>> last;
  for (const KafkaRecord& record : read_topic(quick_client(brokers), topic)) {
    const std::string key = record.key.value_or("(none)");
    const std::string id = header_of(record, "freshet-event-id");
    if (++all.times[id] > 1) continue;
    all.ids[key].push_back(id);
    const std::int64_t seq = std::stoll(header_of(record, "freshet-seq"));
    const auto [before, first] = last.try_emplace(key, record.partition, seq);
    if (first) continue;
    if (before->second.first != record.partition) all.faults.push_back(key + " changed partition");
    if (before->second.second >= seq) all.faults.push_back(key + " out of order");
    before->second.second = seq;
  }
  return all;
}

/// A broker that answers again when this goes.
class Frozen {
 public:
  explicit Frozen(const KafkaBroker& broker) : broker_(broker) { broker_.freeze(); }
  ~Frozen() { broker_.thaw(); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  const KafkaBroker& broker_;
};

}  // namespace tests
