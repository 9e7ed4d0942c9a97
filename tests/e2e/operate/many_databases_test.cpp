#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "tests/support/effects.hpp"
#include "tests/support/fleet_config.hpp"

namespace {

using namespace std::chrono_literals;
using tests::Effects;
using tests::eventually;
using tests::Process;
using tests::RelayConfig;
using tests::TestDatabase;
using Clock = std::chrono::steady_clock;

/// The relay's sessions in databases of this process. One that is being closed may be seen for a
/// moment beside the one that has its place: only those that were there all of half a second count.
class SessionSamples {
 public:
  void take() {
    const auto now = Clock::now();
    std::set<int> pids;
    pqxx::nontransaction tx{connection_};
    for (const auto& row : tx.exec("SELECT pid FROM pg_stat_activity WHERE application_name LIKE "
                                   "'freshet%' AND datname LIKE 'freshet_test_" +
                                   std::to_string(::getpid()) + "_%'")) {
      pids.insert(row[0].as<int>());
    }
    std::erase_if(since_, [&](const auto& one) { return !pids.contains(one.first); });
    for (const int pid : pids) since_.try_emplace(pid, now);
    const auto old =
        std::ranges::count_if(since_, [&](const auto& one) { return now - one.second >= 500ms; });
    most_old_ = std::max(most_old_, static_cast<long>(old));
    seen_.insert(pids.begin(), pids.end());
  }
  [[nodiscard]] long most_old() const { return most_old_; }
  [[nodiscard]] std::size_t ever() const { return seen_.size(); }

 private:
  pqxx::connection connection_{tests::server_url("postgres")};
  std::map<int, Clock::time_point> since_;
  std::set<int> seen_;
  long most_old_ = 0;
};

TEST(ManyDatabases, AreServedBySixSessionsAndFewThreadsWhileAllHaveWork) {
  constexpr int number = 12;
  constexpr int rounds = 12;
  constexpr int each = 25;
  std::array<TestDatabase, number> dbs;
  std::deque<Effects> effects;
  RelayConfig config{dbs[0].url()};
  config.relay = {{"connections", "6"}, {"batch_size", "10"}};
  for (const TestDatabase& db : dbs) effects.emplace_back(db);
  config.add("effects", "Thing", effects[0].sql());
  for (int n = 1; n < number; ++n) {
    tests::add_database(config, "db" + std::to_string(n), dbs[static_cast<std::size_t>(n)].url());
  }
  Process relay{config.command({"run"})};
  std::atomic<bool> over{false};
  std::thread writer{[&] {
    for (int round = 0; round < rounds; ++round) {
      for (const TestDatabase& db : dbs) {
        db.run(tests::publishing("Thing", "'k' || n % 5", each, 1 + round * each));
      }
    }
    over = true;
  }};
  SessionSamples samples;
  long threads = 0;
  const std::filesystem::path tasks = "/proc/" + std::to_string(relay.pid()) + "/task";
  const auto done = [&] {
    samples.take();
    threads = std::max(threads, std::distance(std::filesystem::directory_iterator{tasks},
                                              std::filesystem::directory_iterator{}));
    return over && std::ranges::all_of(
                       effects, [](const Effects& one) { return one.count() >= rounds * each; });
  };
  const bool all_done = eventually(done, 60s);
  writer.join();
  ASSERT_TRUE(all_done) << relay.err();
  for (const Effects& one : effects) {
    EXPECT_EQ(one.count(), rounds * each);
    EXPECT_EQ(one.doubled() + one.overtaken(), 0);
  }
  EXPECT_LE(samples.most_old(), 6);
  EXPECT_GT(samples.ever(), 6U) << "it was to be asked while sessions changed hands";
  EXPECT_LE(threads, 24) << "six for sessions, one that waits, and those of the process";
  EXPECT_EQ(tests::stop_relay(relay), 0) << relay.err();
}

}  // namespace
