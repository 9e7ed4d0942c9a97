#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "projections/failure.hpp"
#include "relay/flow/cancellable.hpp"
#include "relay/flow/leave.hpp"
#include "relay/flow/shared_breaker.hpp"
#include "relay/flow/task.hpp"
#include "relay/pg/connection.hpp"
#include "relay/upkeep/chore.hpp"
#include "relay/upkeep/lease.hpp"

namespace relay::upkeep {

struct UpkeepOptions {
  std::string database;  ///< For messages.
  std::string conninfo;
  std::string instance;  ///< Who holds the lease, for people.
  std::chrono::milliseconds call_limit{12'000};
  std::chrono::milliseconds connect_timeout{5'000};
  pg::Watchdog* watchdog = nullptr;  ///< Of its connection; must outlive it. Null: one of its own.
  pg::SlowStatements slow = {};      ///< Which statements are told in the log.
  std::chrono::milliseconds first{3'000};       ///< Pause before the first look: work comes first.
  std::chrono::milliseconds rest{60'000};       ///< Of a chore that failed.
  std::chrono::milliseconds ask_again{20'000};  ///< For the lease that another relay has.
};

using Chores = std::vector<std::unique_ptr<Chore>>;

/// Runs the chores of one database in turn, a step at a time, while it holds the lease. It has a
/// session only while there is something to do, so that it takes none from work where they are few.
/// A database that is down is left alone as a breaker says; a chore that fails rests and is logged
/// once an hour for the same reason. Asleep it looks once in ten minutes whether there is anything
/// to do. Its last turn gives the lease back.
class Upkeep final : public flow::Task {
 public:
  Upkeep(UpkeepOptions options, Chores chores);

  [[nodiscard]] Pause idle() noexcept override;
  void waited(std::chrono::milliseconds time) noexcept override { waited_ = time; }
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() noexcept override {
    return std::exchange(refusal_, std::nullopt);
  }
  [[nodiscard]] bool has_session() const noexcept override {
    return static_cast<bool>(connection_);
  }
  void leave_session() noexcept override { connection_.drop(); }
  void rest(bool asleep) noexcept override { asleep_ = asleep; }
  void cancel() noexcept override { connection_.cancel(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Turn {
    std::unique_ptr<Chore> chore;
    Clock::time_point due{};
    std::string said;  ///< What it failed with, as it was logged …
    Clock::time_point said_at{};
  };

  std::chrono::milliseconds step(const std::stop_token& stop);
  std::chrono::milliseconds work();
  std::chrono::milliseconds failed(const projections::Failure& why, flow::Leave& leave);
  void run_step(Turn& turn);
  void say(Turn& turn, const std::string& why);
  void connect();
  void give_back() noexcept;

  UpkeepOptions options_;
  std::vector<Turn> turns_;
  Lease lease_;
  flow::SharedBreaker breaker_;
  bool begun_ = false;
  std::atomic<bool> asleep_{false};
  Clock::time_point seldom_until_{};  ///< While asleep.
  int failures_ = 0;                  ///< In a row.
  std::chrono::milliseconds waited_{0};
  std::optional<flow::Refusal> refusal_;
  flow::Cancellable<pg::Connection> connection_;
};

}  // namespace relay::upkeep
