#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/claim/kept_floors.hpp"
#include "relay/claim/lane_board.hpp"
#include "relay/engine/bell.hpp"
#include "relay/engine/listener_part.hpp"
#include "relay/engine/obstacles.hpp"
#include "relay/listeners/duty.hpp"

namespace relay::engine {

/// What the scout and the workers of one database tell each other. Threads: any.
class Shared {
 public:
  /// @param ordered whether each key's order is kept.
  /// @param listeners whose deliveries this process may come to drain.
  Shared(int lanes, bool ordered, const std::vector<std::string>& listeners)
      : board(lanes, ordered) {
    for (const std::string& listener : listeners) {
      delivery_boards.try_emplace(listener, lanes, ordered);
      drainer_bells.try_emplace(listener);
    }
  }

  claim::LaneBoard board;                                   ///< Of the first pass.
  std::map<std::string, claim::LaneBoard> delivery_boards;  ///< By listener; never grows.
  Bell bell;                                                ///< Of the workers of the first pass.
  std::map<std::string, Bell> drainer_bells;  ///< Of those of a detached listener; never grows.
  std::atomic<std::int64_t> events_done{0};
  Obstacles obstacles;                      ///< What the relay's own statements fail at.
  std::atomic<bool> retries_to_come{true};  ///< There may be some: they are looked for often.

  /// What this relay has to do; nothing while it may not claim at all.
  [[nodiscard]] std::shared_ptr<const listeners::Duty> duty() const;
  void allow(std::shared_ptr<const listeners::Duty> duty);
  void forbid() { allow(nullptr); }

  /// Every lane of every board is read from its start again.
  void forget_floors();
  /// After that: floors that are known to hold.
  void start_from(const claim::Floors& floors);
  /// Floors that hold for others, too.
  [[nodiscard]] claim::Floors floors_to_keep() const;
  /// Of which run of a server the floors were learned; "": of none, for now.
  [[nodiscard]] std::string server_run() const;
  void set_server_run(const std::string& run);
  /// The scout begins to look, and has ended well. A crash of the server, which its run does not
  /// tell, ends the scout's connection before such an end.
  void look_began();
  void look_ended();
  /// The first look that begins from now on.
  [[nodiscard]] std::uint64_t next_look() const;
  /// Whether floors hold on a connection to this run of a server that was made before that look.
  [[nodiscard]] bool floors_hold(const std::string& run, std::uint64_t look) const;
  /// Waits until that look has ended, or the time is over.
  void wait_for_look(std::uint64_t look, std::chrono::milliseconds time,
                     const std::stop_token& stop);

  /// Wakes whoever may take deliveries of this listener: nobody while this relay does not serve it,
  /// as when it is paused. Once it does, the scout's next look rings.
  void ring_for(const std::string& listener);

  /// Wakes the scout before its pause is over: a hint, or a worker that found the listeners
  /// changed.
  void wake_scout(bool judge_again);
  /// The scout's pause. @return whether the listeners are to be judged again.
  bool scout_pause(std::chrono::microseconds time, const std::stop_token& stop);

  /// Events whose transaction a listener ruined; a snapshot, cheap when there are none. Each for a
  /// minute at most: they come again at once, unless another relay has taken them meanwhile.
  [[nodiscard]] std::shared_ptr<const Condemned> condemned(
      std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());
  void condemn(const EventAndListener& who, const projections::Failure& why);
  void forget(const std::vector<EventAndListener>& buried);

  /// A connection was lost while a listener had a batch that begins with this event. @return how
  /// often by now: once it has come through, it does not come again.
  int count_loss(const EventAndListener& who);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any scout_woken_;
  std::shared_ptr<const listeners::Duty> duty_;
  std::condition_variable_any looked_;
  std::string server_run_;
  std::uint64_t looks_begun_ = 0;
  std::uint64_t look_ended_ = 0;  ///< The last that did, well.
  bool scout_wanted_ = false;
  bool judge_again_ = true;
  std::map<EventAndListener, int> losses_;  // bounded: see count_loss
  std::map<EventAndListener, std::chrono::steady_clock::time_point> condemned_at_;
  std::shared_ptr<const Condemned> condemned_ = std::make_shared<const Condemned>();
};

}  // namespace relay::engine
