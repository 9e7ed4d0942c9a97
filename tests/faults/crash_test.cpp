#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <random>

#include "tests/support/effects.hpp"
#include "tests/support/outbox_counts.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;

/// The hostile service, whose projection does what an event's payload asks for.
class HostileHandler : public ::testing::Test {
 protected:
  HostileHandler() { config_.relay["workers"] = "2"; }

  [[nodiscard]] std::unique_ptr<Process> start(std::vector<std::string> words = {"run"}) const {
    auto command = config_.command(std::move(words));
    command[0] = std::filesystem::path{tests::relay_binary()}.parent_path() / "hostile_service";
    return std::make_unique<Process>(command);
  }
  void publish(const std::string& key, const std::string& wish) const {
    db_.run(
        "INSERT INTO event_publication (event_type, serialized_event, aggregate_id) VALUES ("
        "'Thing', '{\"do\": \"" +
        wish + "\"}', '" + key + "')");
  }
  void publish_harmless(int events) const {
    db_.run(tests::publishing("Thing", "'k' || n % 10", events));
  }
  [[nodiscard]] std::string deliveries() const {
    return db_.value(
        "SELECT coalesce(string_agg(line, ', ' ORDER BY line), '-') FROM (SELECT state || ' ' || "
        "coalesce(error_class, '') || ' ' || count(*) AS line FROM event_delivery GROUP BY state, "
        "error_class) d");
  }

  TestDatabase db_;
  Effects effects_{db_};
  RelayConfig config_{db_.url()};
};

TEST_F(HostileHandler, AnEventThatKillsTheProcessIsADeadLetterAfterThreeCrashesAlone) {
  publish_harmless(50);
  publish("poison", "abort");
  publish("poison", "");
  publish_harmless(50);
  // The first crash was among others, three more were alone.
  for (int start_number = 1; start_number <= 4; ++start_number) {
    const auto relay = start();
    EXPECT_EQ(relay->wait(20s), 128 + SIGABRT) << start_number << "\n" << relay->err();
  }
  const auto relay = start();
  EXPECT_TRUE(effects_.reach(100)) << relay->err();
  EXPECT_TRUE(tests::eventually([&] { return deliveries() == "dead crash 1, waiting  1"; }))
      << deliveries() << relay->err();
  EXPECT_EQ(tests::stop_relay(*relay), 0) << relay->err();
  EXPECT_EQ(effects_.count(), 100);
  EXPECT_EQ(effects_.overtaken() + effects_.doubled(), 0);
  EXPECT_EQ(
      db_.number("SELECT count(*) FROM event_suspect s JOIN event_delivery d USING (event_id) "
                 "WHERE d.state <> 'waiting'"),
      0)
      << "only what has not run yet is still suspected";
  EXPECT_EQ(db_.value("SELECT last_error FROM event_delivery WHERE state = 'dead'"),
            "the process died of it 3 times while it ran alone");
}

TEST_F(HostileHandler, KillsFromOutsideBlameNobody) {
  config_.relay["batch_size"] = "20";
  std::mt19937 random{7};  // the same moments each time
  for (int kill = 0; kill < 25; ++kill) {
    // More than one relay's life is enough for, however quick it is.
    if (tests::pending_events(db_) < 1'000) publish_harmless(2'000);
    const long had = effects_.count();
    const auto relay = start();
    ASSERT_TRUE(tests::eventually([&] { return effects_.count() > had; }))
        << "kill " << kill << ", " << tests::pending_events(db_) << " pending: " << relay->err();
    (void)relay->wait(std::chrono::milliseconds{std::uniform_int_distribution{0, 20}(random)});
    relay->signal(SIGKILL);
    EXPECT_EQ(relay->wait(), 128 + SIGKILL);
    ASSERT_TRUE(tests::eventually([&] { return tests::relay_connections(db_) == 0; }))
        << "its last COMMIT may still be on its way";
  }
  const long published = db_.number("SELECT count(*) FROM event_publication");
  const auto relay = start();
  EXPECT_TRUE(effects_.reach(published)) << relay->err();
  EXPECT_TRUE(tests::eventually([&] { return tests::pending_events(db_) == 0; }));
  EXPECT_EQ(tests::stop_relay(*relay), 0);
  EXPECT_EQ(deliveries(), "-");
  EXPECT_EQ(db_.number("SELECT count(*) FROM event_attempt"), 0);
  EXPECT_EQ(effects_.overtaken() + effects_.doubled(), 0);
}

TEST_F(HostileHandler, AKillMakesNoSuspectsButASecondOneWithTheSameEventInTheAirDoes) {
  publish("slow", "wait for the stop");
  publish_harmless(50);
  for (const std::string suspected : {"-", "false", "true"}) {
    const auto relay = start();
    ASSERT_TRUE(tests::eventually([&] {
      return db_.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "application_name LIKE 'freshet worker%' AND state = 'idle in transaction' AND "
                 "clock_timestamp() - state_change > '300 ms'") == 1;
    })) << relay->err();
    EXPECT_EQ(db_.value("SELECT coalesce(bool_or(s.suspected)::text, '-') FROM event_suspect s "
                        "JOIN event_publication p ON p.id = s.event_id WHERE p.aggregate_id = "
                        "'slow'"),
              suspected);
    relay->signal(SIGKILL);
    EXPECT_EQ(relay->wait(), 128 + SIGKILL);
    ASSERT_TRUE(tests::eventually([&] { return tests::relay_connections(db_) == 0; }))
        << "the session that waits must not be taken for the next relay's";
  }
  EXPECT_EQ(deliveries(), "-") << "nobody is blamed";
}

TEST_F(HostileHandler, OnlyASuspectHasNothingBesideItNotItsWholeBatch) {
  config_.relay["batch_size"] = "100";
  const std::string lane = "freshet_lane(NULL, 'neighbour', NULL)";
  const std::string elsewhere = db_.value(
      "SELECT 'k' || n FROM generate_series(1, 100) n WHERE freshet_lane(NULL, 'k' || n, "
      "NULL) <> " +
      lane + " LIMIT 1");
  publish(elsewhere, "wait for three neighbours");
  db_.run(tests::publishing("Thing", "'neighbour'", 20));
  db_.run(
      "INSERT INTO event_suspect (event_id, listener) SELECT id, 'hostile' FROM event_publication "
      "ORDER BY seq DESC LIMIT 1");
  const auto relay = start();
  EXPECT_TRUE(effects_.reach(21)) << relay->err();
  EXPECT_TRUE(tests::eventually([&] {
    return db_.number("SELECT count(*) FROM event_suspect") == 0;
  })) << "it came through alone";
  EXPECT_EQ(deliveries(), "-")
      << "the neighbours were applied while the other lane waited for them";
  EXPECT_EQ(effects_.overtaken() + effects_.doubled(), 0);
  EXPECT_EQ(tests::stop_relay(*relay), 0) << relay->err();
}

TEST_F(HostileHandler, AHandlerThatNeverAnswersIsReportedByNameAndEndsTheProcess) {
  config_.relay["handler_timeout_ms"] = "200";
  config_.relay["stuck_exit_s"] = "3";
  publish("stuck", "never answer");
  const auto relay = start();
  ASSERT_TRUE(tests::eventually([&] {
    return relay->err().find("is stuck in projection \"hostile\" with event") != std::string::npos;
  })) << relay->err();
  publish_harmless(20);
  EXPECT_TRUE(effects_.reach(1)) << "the other worker goes on\n" << relay->err();
  EXPECT_EQ(relay->wait(20s), 1) << relay->err();
  EXPECT_NE(relay->err().find("so that its supervisor starts it again"), std::string::npos);
}

TEST_F(HostileHandler, AHandlerPastItsTimeIsAskedToStopAndCounted) {
  config_.relay["handler_timeout_ms"] = "300";
  publish("slow", "wait for the stop");
  publish_harmless(20);
  const auto relay = start();
  EXPECT_TRUE(effects_.reach(20)) << relay->err();
  EXPECT_TRUE(tests::eventually([&] { return deliveries() == "dead timeout 1"; }))
      << deliveries() << relay->err();
  EXPECT_NE(db_.value("SELECT last_error FROM event_delivery").find("handler_timeout_ms (300)"),
            std::string::npos);
  EXPECT_EQ(tests::stop_relay(*relay), 0) << relay->err();
}

TEST_F(HostileHandler, AnEventThatKillsItsConnectionAgainAndAgainIsCountedInTheEnd) {
  publish("bad", "drop the connection");
  publish_harmless(50);
  const auto relay = start();
  EXPECT_TRUE(tests::eventually([&] { return deliveries() == "dead connection 1"; }))
      << deliveries() << relay->err();
  EXPECT_TRUE(effects_.reach(50)) << relay->err();
  EXPECT_EQ(effects_.doubled(), 0);
  EXPECT_EQ(tests::stop_relay(*relay), 0) << relay->err();
}

}  // namespace
