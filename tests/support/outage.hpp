#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/support/effects.hpp"
#include "tests/support/relay_config.hpp"

namespace tests {

/// A relay at work, with short limits, while something breaks; and what must hold once it is
/// mended: nothing lost, nothing twice, every key in order, and not one failure counted.
class Outage {
 public:
  /// @param db where the test looks; borrowed. @param url the relay's way there.
  Outage(const TestDatabase& db, const std::string& url) : config(url), db_(db) {
    config.relay = {{"batch_size", "10"}, {"statement_timeout_ms", "1000"}, {"drain_s", "5"}};
    config.add("effects", "Thing", slow());
  }
  explicit Outage(const TestDatabase& db) : Outage(db, db.url()) {}

  void start(const std::map<std::string, std::string>& environment = {}) {
    relay_ = std::make_unique<Process>(config.command({"run"}), environment);
  }

  void publish(int events = 400) {
    db_.run(publishing("Thing", "'k' || n % 10", events, published_ + 1));
    published_ += events;
  }
  /// Publishes, and returns once the relay is in the middle of it.
  void work() {
    for (int events = 400; events <= 6'400; events *= 2) {
      const long before = effects_.count();
      publish(events);
      EXPECT_TRUE(effects_.reach(before + 10)) << log();
      if (effects_.count() < published_) return;
    }
    ADD_FAILURE() << "the relay was done each time before anybody looked";
  }
  [[nodiscard]] bool says(const std::string& text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
  }
  /// All of what was promised, and the relay ends in peace.
  void expect_mended() {
    publish(50);
    EXPECT_TRUE(effects_.reach(published_)) << log();
    EXPECT_TRUE(eventually([&] {
      return db_.number("SELECT count(*) FROM event_publication WHERE completion_date IS NULL") ==
             0;
    })) << log();
    expect_nothing_counted();
    EXPECT_EQ(effects_.count(), published_);
    EXPECT_EQ(effects_.doubled() + effects_.overtaken(), 0);
    EXPECT_EQ(stop_relay(*relay_), 0) << log();
  }
  void expect_nothing_counted() const {
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_attempt"), 0) << log();
    EXPECT_EQ(db_.number("SELECT count(*) FROM event_delivery"), 0) << log();
  }

  [[nodiscard]] std::string log() const { return relay_ ? relay_->out() + relay_->err() : ""; }
  [[nodiscard]] Process& relay() const { return *relay_; }
  [[nodiscard]] const Effects& effects() const { return effects_; }
  [[nodiscard]] long published() const { return published_; }

  RelayConfig config;

 private:
  // Two milliseconds an event: whenever something breaks, it breaks within a handler.
  [[nodiscard]] std::string slow() const {
    return effects_.sql("(SELECT (payload->>'n')::int FROM pg_sleep(0.002))");
  }

  const TestDatabase& db_;
  Effects effects_{db_};
  std::unique_ptr<Process> relay_;
  int published_ = 0;
};

/// SQL that ends or cancels what relays run in a database: pg_terminate_backend,
/// pg_cancel_backend. Returns how many.
inline std::string on_relays(const std::string& function, const std::string& database) {
  return "SELECT count(" + function + "(pid)) FROM pg_stat_activity WHERE datname = '" + database +
         "' AND application_name LIKE 'freshet%'";
}

}  // namespace tests
