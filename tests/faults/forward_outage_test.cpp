#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/fault_proxy.hpp"
#include "tests/support/forward_run.hpp"

// Brokers that are frozen, killed or slow, beside projections and alone.
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::consume;
using tests::Consumed;
using tests::Effects;
using tests::eventually;
using tests::ForwardRun;
using tests::Frozen;
using tests::KafkaBroker;
using tests::KafkaTopics;
using tests::publishing;
using Json = nlohmann::json;

void publish(const ForwardRun& run, int events, int first = 1) {
  run.db.run(publishing("Thing", "'k' || n % 20", events, first));
}

/// The line of a listener in `freshet status --json`.
Json line_of(const ForwardRun& run, const std::string& name) {
  const Json status = Json::parse(run.config.run({"status", "--json"}).out);
  for (const Json& line : status["projections"]) {
    if (line["name"] == name) return line;
  }
  return {};
}

/// A broker that is away for half a minute, and a relay that has nothing else: alone with it while
/// the tests before the last one run.
class HalfAMinute {
 public:
  HalfAMinute() : run_(broker_.address()) {
    KafkaTopics{broker_.address()}.create(topic, 4);
    run_.config.add_forward("out", "Thing", topic);
    run_.start();
    publish(run_, 300);
    EXPECT_TRUE(run_.drained()) << run_.log();
    broker_.kill();
    began_ = std::chrono::steady_clock::now();
    publish(run_, 500, 301);
  }
  ~HalfAMinute() {
    if (!over_) broker_.start();
  }
  HalfAMinute(const HalfAMinute&) = delete;
  HalfAMinute& operator=(const HalfAMinute&) = delete;

  void is_over() {
    std::this_thread::sleep_until(began_ + 30s);
    EXPECT_TRUE(run_.relay().running()) << run_.log();
    expect_nothing_held();
    publish(run_, 200, 801);
    broker_.start();
    over_ = true;
    EXPECT_TRUE(run_.drained()) << run_.log();
    run_.stop();
    EXPECT_EQ(run_.failures(), 0);
    const Consumed consumed = consume(broker_.address(), topic);
    EXPECT_THAT(consumed.faults, IsEmpty());
    EXPECT_EQ(consumed.times.size(), 1'000U);
  }

 private:
  void expect_nothing_held() const {
    const std::string log = run_.log();
    EXPECT_THAT(log, HasSubstr("nobody listens where the broker " + broker_.address()));
    const std::vector<std::string> outages = outages_in(log);
    EXPECT_FALSE(outages.empty()) << log;
    EXPECT_EQ(std::adjacent_find(outages.begin(), outages.end()), outages.end())
        << "another try is no news:\n"
        << log;
    EXPECT_TRUE(eventually([&] { return run_.idle_in_transaction() == 0; }));
    EXPECT_EQ(run_.open(), 500);
    EXPECT_EQ(run_.deliveries(), 0);
    EXPECT_EQ(run_.db.number("SELECT count(*) FROM event_publication WHERE parked"), 0);
  }
  /// What the log's errors say of the outage, without their times.
  static std::vector<std::string> outages_in(const std::string& log) {
    std::vector<std::string> found;
    std::istringstream lines{log};
    for (std::string line; std::getline(lines, line);) {
      const auto outage = line.find("error Kafka at");
      if (outage != std::string::npos) {
        found.push_back(line.substr(outage, line.find("; next try") - outage));
      }
    }
    return found;
  }

  static constexpr const char* topic = "out-killed";
  KafkaBroker& broker_ = tests::sturdy_broker();
  ForwardRun run_;
  std::chrono::steady_clock::time_point began_;
  bool over_ = false;
};

class ForwardOutage : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { half_a_minute = std::make_unique<HalfAMinute>(); }
  static void TearDownTestSuite() { half_a_minute.reset(); }

  static inline std::unique_ptr<HalfAMinute> half_a_minute;
};

TEST_F(ForwardOutage, LetsProjectionsGoOnWhileABrokerIsFrozenAndDrainsInOrderAfterwards) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("out-frozen", 4);
  ForwardRun run{broker.address()};
  const Effects effects{run.db};
  run.hurry();
  run.config.relay["poll_max_ms"] = "10";
  run.config.add("effects", "Thing", effects.sql(), "green_ms = 5000\nyellow_ms = 9000");
  run.config.add_forward("out", "Thing", "out-frozen");
  run.start();
  publish(run, 300);
  ASSERT_TRUE(run.drained()) << run.log();
  {
    const Frozen frozen{broker};
    publish(run, 100, 301);
    ASSERT_TRUE(run.says("cannot be used since"))
        << run.log() << run.open() << " open, " << run.deliveries() << " deliveries, "
        << run.idle_in_transaction() << " idle in transaction";
    // What was sent before the breaker opened may wait a little longer, and is not counted at once.
    const auto waits = [&] { return run.idle_in_transaction() > 0; };
    EXPECT_TRUE(eventually([&] { return !eventually(waits, 600ms); }));
    publish(run, 500, 401);
    EXPECT_TRUE(effects.reach(900)) << run.log();
    EXPECT_FALSE(eventually([&] { return run.idle_in_transaction() > 0; }, 1500ms))
        << "a transaction waits for the broker";
    EXPECT_EQ(run.deliveries("state = 'ready' AND attempts = 0 AND listener = 'out'"), 600);
    EXPECT_EQ(run.deliveries(), 600);
    ASSERT_TRUE(eventually([&] { return !line_of(run, "out")["trouble"].is_null(); }));
    const Json out = line_of(run, "out");
    EXPECT_EQ(out["kind"], "forward");
    EXPECT_EQ(out["ready"], 600);
    EXPECT_EQ(out["badge"], "RED");
    EXPECT_GT(out["oldest_pending_ms"], 0);
    EXPECT_FALSE(out["lag_ms"]["p95"].is_null());
    EXPECT_THAT(
        out["trouble"].get<std::string>(),
        testing::AllOf(HasSubstr("Kafka at " + broker.address() + " cannot be used since"),
                       testing::ContainsRegex("no acknowledgement in time|no broker answers"),
                       testing::ContainsRegex("next try (at|now)")));
    EXPECT_EQ(line_of(run, "effects")["badge"], "GREEN");
    EXPECT_THAT(run.config.run({"status"}).out,
                testing::AllOf(HasSubstr("projection, forward"), testing::ContainsRegex("out +RED"),
                               HasSubstr("out: Kafka at " + broker.address())));
  }
  EXPECT_TRUE(run.drained()) << run.log();
  EXPECT_EQ(run.failures(), 0);
  EXPECT_EQ(run.deliveries(), 0);
  EXPECT_TRUE(eventually([&] { return line_of(run, "out")["trouble"].is_null(); }));
  run.stop();
  EXPECT_EQ(effects.doubled() + effects.overtaken(), 0);
  const Consumed consumed = consume(broker.address(), "out-frozen");
  EXPECT_THAT(consumed.faults, IsEmpty());
  EXPECT_EQ(consumed.times.size(), 900U);
}

/// A broker that works a tenth of the time.
class Slow {
 public:
  explicit Slow(const KafkaBroker& broker)
      : thread_([&broker](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            const Frozen frozen{broker};
            std::this_thread::sleep_for(180ms);
            broker.thaw();
            std::this_thread::sleep_for(20ms);
          }
        }) {}

 private:
  std::jthread thread_;
};

TEST_F(ForwardOutage, MakesNoProjectionWaitForABrokerThatIsSlow) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("out-slow", 4);
  ForwardRun run{broker.address()};
  const Effects effects{run.db};
  run.config.relay["batch_size"] = "20";
  run.config.relay["poll_max_ms"] = "10";
  run.config.add("effects", "Thing", effects.sql());
  run.config.add_forward("out", "Thing", "out-slow");
  run.start();
  publish(run, 20);
  ASSERT_TRUE(run.drained()) << run.log();
  {
    const Slow slow{broker};
    publish(run, 1'000, 21);
    EXPECT_TRUE(effects.reach(1'020)) << run.log();
    EXPECT_GT(run.deliveries("state = 'ready'"), 0) << "the broker was not slow at all";
  }
  EXPECT_TRUE(run.drained()) << run.log();
  run.stop();
  EXPECT_EQ(run.failures(), 0);
  const Consumed consumed = consume(broker.address(), "out-slow");
  EXPECT_THAT(consumed.faults, IsEmpty());
  EXPECT_EQ(consumed.times.size(), 1'020U);
}

TEST_F(ForwardOutage, ClaimsNothingBeforeABrokerHasAnsweredForTheFirstTime) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("out-unseen", 4);
  tests::FaultProxy proxy{"kafka://relay@" + broker.address() + "/"};
  proxy.set(tests::FaultProxy::Mode::black_hole);
  ForwardRun run{"127.0.0.1:" + std::to_string(proxy.port())};
  run.config.add_forward("out", "Thing", "out-unseen");
  publish(run, 100);
  run.start();
  ASSERT_TRUE(run.says("cannot be used since")) << run.log();
  EXPECT_THAT(run.log(), testing::Not(HasSubstr("a batch is given back")));
  EXPECT_EQ(run.open(), 100);
  proxy.set(tests::FaultProxy::Mode::forward);
  proxy.cut();
  EXPECT_TRUE(run.drained()) << run.log();
  run.stop();
  EXPECT_EQ(run.failures(), 0);
  const Consumed consumed = consume(broker.address(), "out-unseen");
  EXPECT_THAT(consumed.faults, IsEmpty());
  EXPECT_EQ(consumed.times.size(), 100U);
  EXPECT_EQ(consumed.repeats(), 0);
}

TEST_F(ForwardOutage, EndsInTimeAtASigtermWhileASendWaitsForAFrozenBroker) {
  KafkaBroker& broker = KafkaBroker::shared();
  KafkaTopics{broker.address()}.create("out-stopped", 4);
  ForwardRun run{broker.address()};
  run.config.add_forward("out", "Thing", "out-stopped");
  run.start();
  publish(run, 10);
  ASSERT_TRUE(run.drained()) << run.log();
  {
    const Frozen frozen{broker};
    publish(run, 10, 11);
    ASSERT_TRUE(eventually([&] { return run.idle_in_transaction() > 0; })) << run.log();
    const auto began = std::chrono::steady_clock::now();
    run.relay().signal(SIGTERM);
    EXPECT_EQ(run.relay().wait(15s), 0) << run.log();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 8s) << "drain_s is 5";
  }
  EXPECT_EQ(run.open(), 10);
  EXPECT_EQ(run.failures() + run.deliveries(), 0);
  const tests::Ended ended = run.config.run({"run", "--drain"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(run.open(), 0);
  const Consumed consumed = consume(broker.address(), "out-stopped");
  EXPECT_THAT(consumed.faults, IsEmpty());
  EXPECT_EQ(consumed.times.size(), 20U);
}

// The last one here, so that the others have used the time.
TEST_F(ForwardOutage, OfHalfAMinuteIsWaitedForWithoutAClaimAndEndsWithEverythingInOrder) {
  half_a_minute->is_over();
}

}  // namespace
