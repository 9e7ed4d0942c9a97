#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "relay/claim/lane_board.hpp"
#include "relay/engine/pass.hpp"

namespace relay::engine {

/// What the scout and the workers of one database tell each other. Threads: any.
class Shared {
 public:
  explicit Shared(int lanes) : board(lanes) {}

  claim::LaneBoard board;
  std::atomic<std::int64_t> events_done{0};

  /// The listeners' version that this relay may claim under; "" while it may not claim at all.
  [[nodiscard]] std::string version() const;
  void allow(const std::string& version);
  void forbid() { allow(""); }

  /// Wakes the workers: there are lanes to take.
  void ring();
  /// Waits for the bell, a stop, or the time. @param seen the bell's count the caller knows.
  void wait_for_bell(std::uint64_t seen, std::chrono::milliseconds time,
                     const std::stop_token& stop);
  [[nodiscard]] std::uint64_t bell() const;

  /// Wakes the scout before its pause is over: a hint, or a worker that found the listeners
  /// changed.
  void wake_scout(bool judge_again);
  /// The scout's pause. @return whether the listeners are to be judged again.
  bool scout_pause(std::chrono::milliseconds time, const std::stop_token& stop);

  /// Events whose transaction a listener ruined; a snapshot, cheap when there are none.
  [[nodiscard]] std::shared_ptr<const Condemned> condemned() const;
  void condemn(const std::pair<std::string, std::string>& who, const projections::Failure& why);
  void forget(const std::vector<std::pair<std::string, std::string>>& buried);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any bell_rang_;
  std::condition_variable_any scout_woken_;
  std::string version_;
  std::uint64_t bell_ = 0;
  bool scout_wanted_ = false;
  bool judge_again_ = true;
  std::shared_ptr<const Condemned> condemned_ = std::make_shared<const Condemned>();
};

}  // namespace relay::engine
