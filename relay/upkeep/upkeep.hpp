#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "relay/flow/shared_breaker.hpp"
#include "relay/pg/connection.hpp"
#include "relay/upkeep/chore.hpp"
#include "relay/upkeep/lease.hpp"

namespace relay::upkeep {

struct UpkeepOptions {
  std::string database;  ///< For messages.
  std::string conninfo;
  std::string instance;  ///< Who holds the lease, for people.
  std::chrono::milliseconds call_limit{12'000};
  pg::SlowStatements slow = {};                 ///< Which statements are told in the log.
  std::chrono::milliseconds first{3'000};       ///< Pause before the first look: work comes first.
  std::chrono::milliseconds rest{60'000};       ///< Of a chore that failed.
  std::chrono::milliseconds ask_again{20'000};  ///< For the lease that somebody else has.
};

using Chores = std::vector<std::unique_ptr<Chore>>;

/// Runs the chores of one database in turn, on a thread of its own, while it holds the lease. It
/// has a session only while there is something to do, so that it takes none from work where they
/// are few. A database that is down is left alone as a breaker says; a chore that fails rests and
/// is logged once an hour for the same reason. Nothing leaves its thread.
class Upkeep {
 public:
  /// Starts its thread.
  Upkeep(UpkeepOptions options, Chores chores);
  /// Waits a second for the step under way, then shuts its connection.
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// No further step. Returns at once.
  void request_stop() { thread_.request_stop(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Turn {
    std::unique_ptr<Chore> chore;
    Clock::time_point due{};
    std::string said;  ///< What it failed with, as it was logged …
    Clock::time_point said_at{};
  };

  void run(const std::stop_token& stop);
  std::chrono::milliseconds take_turn(const std::stop_token& stop);
  std::chrono::milliseconds work();
  void run_step(Turn& turn);
  void say(Turn& turn, const std::string& why);
  void connect();
  void drop_connection();
  void give_back();
  void end();

  UpkeepOptions options_;
  std::vector<Turn> turns_;
  Lease lease_;
  flow::SharedBreaker breaker_;
  std::mutex mutex_;  ///< Guards `connection_` against the destructor, and `ended_`.
  std::condition_variable changed_;
  bool ended_ = false;
  int failures_ = 0;  ///< In a row.
  std::unique_ptr<pg::Connection> connection_;
  std::jthread thread_;  ///< Last: it uses all of the above.
};

}  // namespace relay::upkeep
