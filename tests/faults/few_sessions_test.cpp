#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/support/fleet_config.hpp"
#include "tests/support/outage.hpp"
#include "tests/support/role.hpp"

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using tests::Effects;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::Role;
using tests::TestDatabase;

/// A role that may have so many sessions, fewer than the relay may want, and databases that a relay
/// serves as that role.
class FewSessions : public ::testing::Test {
 protected:
  void databases(std::size_t number, int limit) {
    for (std::size_t n = 0; n < number; ++n) dbs_.push_back(std::make_unique<TestDatabase>());
    role_ = std::make_unique<Role>(*dbs_[0], "few");
    for (std::size_t n = 0; n < number; ++n) prepare(n);
    dbs_[0]->run("ALTER ROLE " + role_->name() + " CONNECTION LIMIT " + std::to_string(limit));
  }
  void start() { relay_ = std::make_unique<Process>(config_->command({"run"})); }
  void publish(int events, int first = 1) {
    for (const auto& db : dbs_) db->run(tests::publishing("Thing", "'k' || n % 10", events, first));
  }
  void expect_all(long events) {
    for (std::size_t n = 0; n < dbs_.size(); ++n) {
      EXPECT_TRUE(effects_[n].reach(events)) << n << log();
      EXPECT_EQ(effects_[n].doubled() + effects_[n].overtaken(), 0);
      EXPECT_EQ(dbs_[n]->number("SELECT count(*) FROM event_attempt"), 0) << log();
      EXPECT_EQ(dbs_[n]->number("SELECT count(*) FROM event_delivery"), 0) << log();
    }
  }
  void end() { EXPECT_EQ(tests::stop_relay(*relay_), 0) << log(); }
  /// In how many databases the relay says so of itself.
  [[nodiscard]] long relays_where(const std::string& what) const {
    long number = 0;
    for (const auto& db : dbs_) {
      number += db->number("SELECT count(*) FROM relay_instance WHERE " + what);
    }
    return number;
  }
  [[nodiscard]] std::string log() const { return relay_->out() + relay_->err(); }
  [[nodiscard]] std::size_t lines() const {
    const std::string text = log();
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
  [[nodiscard]] RelayConfig& config() { return *config_; }

  void TearDown() override {
    relay_.reset();
    for (std::size_t n = 1; n < dbs_.size(); ++n) {
      dbs_[n]->run("DROP OWNED BY " + role_->name());
    }
    role_.reset();
  }

 private:
  void prepare(std::size_t n) {
    const TestDatabase& db = *dbs_[n];
    effects_.emplace_back(db);
    const std::string own = role_->url(Role::password);
    const std::string url = own.substr(0, own.find('@')) + db.url().substr(db.url().find('@'));
    role_->grant_as_the_readme_says(db);
    db.run("GRANT INSERT ON effects TO " + role_->name() +
           "; GRANT USAGE ON SEQUENCE effects_pos_seq TO " + role_->name());
    if (n > 0) return tests::add_database(*config_, "db" + std::to_string(n), url);
    config_ = std::make_unique<RelayConfig>(url);
    config_->relay = {{"connections", "20"}, {"drain_s", "5"}};
    config_->add("effects", "Thing", effects_[0].sql());
  }

  std::vector<std::unique_ptr<TestDatabase>> dbs_;
  std::unique_ptr<Role> role_;
  std::vector<Effects> effects_;
  std::unique_ptr<RelayConfig> config_;
  std::unique_ptr<Process> relay_;
};

class FewSessionsForOneDatabase : public FewSessions, public ::testing::WithParamInterface<int> {};

TEST_P(FewSessionsForOneDatabase, CarryAllEventsInAFewSecondsAndFillNoLog) {
  databases(1, GetParam());
  start();
  for (int burst = 0; burst < 5; ++burst) {
    publish(2'000, 2'000 * burst + 1);
    expect_all(2'000L * (burst + 1));
  }
  EXPECT_LE(lines(), 20U) << log();
}

INSTANTIATE_TEST_SUITE_P(OfOneToThree, FewSessionsForOneDatabase, ::testing::Values(1, 2, 3));

TEST_F(FewSessions, ForManyDatabasesCarryAllEventsAndAreSaidOnceForEach) {
  databases(6, 2);
  start();
  publish(500);
  expect_all(500);
  publish(500, 501);
  expect_all(1'000);
  EXPECT_LE(lines(), 60U) << log();
  EXPECT_TRUE(eventually([&] {
    return log().find("the server gives no more sessions") != std::string::npos;
  })) << log();
  EXPECT_THAT(log(), HasSubstr(" CONNECTION LIMIT 20;"));
}

TEST_F(FewSessions, AreEnoughToSayInEachDatabaseThatTheRelayEnds) {
  databases(6, 1);
  config().relay["sleep_after_s"] = "1";
  start();
  publish(10);
  expect_all(10);
  EXPECT_TRUE(eventually([&] { return relays_where("asleep") > 0; })) << log();
  end();
  EXPECT_EQ(relays_where("NOT asleep AND seen_at > clock_timestamp() - interval '10 s'"), 6)
      << log();
}

TEST_F(FewSessions, AreNoFaultOfADatabaseThatIsChecked) {
  databases(6, 1);
  const tests::Ended checked = config().run({"check"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr(" CONNECTION LIMIT 20;"));
  EXPECT_EQ(checked.out.find("fault"), std::string::npos) << checked.out;
}

}  // namespace
