#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/thing_load.hpp"

namespace {

using namespace std::chrono_literals;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;
using tests::ThingLoad;

// At rest the pauses of the probe double: 1.0, 2.0, 4.1 seconds, then five. One that has lasted
// 2.3 seconds goes on for 1.8 more, so a relay that comes within one has been called.
constexpr const char* scouts_deep_in_a_pause =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'freshet scout%' AND state = 'idle' "
    "AND clock_timestamp() - state_change > interval '2.3 s'";

/// A relay that pauses for seconds when nothing comes.
struct SleepyRelay {
  SleepyRelay() : load(db), config(db.url()) {
    config.database_extra = "listen = true";
    config.relay = {{"poll_max_ms", "5000"}};
    config.add("effects", "Thing", ThingLoad::record());
    process = std::make_unique<Process>(config.command({"run"}));
  }
  [[nodiscard]] bool deep_in_a_pause() const {
    return eventually([this] { return db.number(scouts_deep_in_a_pause) == 1; }, 20s);
  }
  void expect_woken() const {
    ASSERT_TRUE(eventually([this] { return load.effects() == 1; }, 10s)) << process->err();
    EXPECT_LT(std::stod(db.value("SELECT extract(epoch FROM e.at - p.publication_date) "
                                 "FROM effects e JOIN event_publication p ON p.id = e.event_id")),
              1.0)
        << "seconds from publication to effect";
  }

  TestDatabase db;
  ThingLoad load;
  RelayConfig config;
  std::unique_ptr<Process> process;
};

// Both wait at the same time, for the clock's sake.
TEST(Hint, PublishAndTheTriggerWakeARelayThatIsAtRest) {
  const SleepyRelay called_by_publish;
  const SleepyRelay called_by_trigger;
  called_by_trigger.db.run(
      "CREATE TRIGGER wake_freshet AFTER INSERT ON event_publication "
      "FOR EACH STATEMENT EXECUTE FUNCTION freshet_notify()");
  ASSERT_TRUE(called_by_publish.deep_in_a_pause()) << called_by_publish.process->err();
  const tests::Ended published = called_by_publish.config.run(
      {"publish"}, "{\"event_type\": \"Thing\", \"payload\": {\"n\": 1}}\n");
  EXPECT_EQ(published.code, 0) << published.err;
  ASSERT_TRUE(called_by_trigger.deep_in_a_pause()) << called_by_trigger.process->err();
  called_by_trigger.load.publish(1, 1);
  called_by_publish.expect_woken();
  called_by_trigger.expect_woken();
}

}  // namespace
