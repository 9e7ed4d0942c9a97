#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "relay/engine/obstacles.hpp"
#include "relay/engine/quarantine.hpp"
#include "relay/flow/bell.hpp"
#include "relay/lanes/kept_floors.hpp"
#include "relay/lanes/lane_board.hpp"
#include "relay/listeners/assignment.hpp"

namespace relay::engine {

/// What the scout and the workers of one database tell each other. Threads: any.
class WorkBoards {
 public:
  /// @param ordered whether each key's order is kept.
  /// @param listeners whose deliveries this process may come to drain.
  WorkBoards(int lanes, bool ordered, const std::vector<std::string>& listeners)
      : board(lanes, ordered) {
    for (const std::string& listener : listeners) {
      delivery_boards.try_emplace(listener, lanes, ordered);
      drainer_bells.try_emplace(listener);
    }
  }

  lanes::LaneBoard board;                                   ///< Of the first pass.
  std::map<std::string, lanes::LaneBoard> delivery_boards;  ///< By listener; never grows.
  flow::Bell bell;                                          ///< Of the workers of the first pass.
  std::map<std::string, flow::Bell> drainer_bells;  ///< Of a detached listener's; never grows.
  flow::Bell scout_bell;
  std::atomic<std::int64_t> events_done{0};
  Obstacles obstacles;                      ///< What the relay's own statements fail at.
  Quarantine quarantine;                    ///< Events that listeners ruin transactions with.
  std::atomic<bool> retries_to_come{true};  ///< There may be some: they are looked for often.

  /// What this relay has to do; nothing while it may not claim at all.
  [[nodiscard]] std::shared_ptr<const listeners::Assignment> assignment() const;
  void allow(std::shared_ptr<const listeners::Assignment> assignment);
  void forbid() { allow(nullptr); }

  /// Every lane of every board is read from its start again.
  void forget_floors();
  /// After that: floors that are known to hold.
  void start_from(const lanes::Floors& floors);
  /// Floors that hold for others, too.
  [[nodiscard]] lanes::Floors floors_to_keep() const;
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
  [[nodiscard]] bool has_ended(std::uint64_t look) const;

  /// Wakes a worker that may take deliveries of this listener: none while this relay does not serve
  /// it, as when it is paused. Once it does, the scout's next look rings.
  void ring_for(const std::string& listener);

  /// Wakes all who wait for work, were it for nothing.
  void ring_for_everybody();

  /// Wakes the scout before its pause is over: a hint, or a worker that found the listeners
  /// changed.
  void wake_scout(bool judge_again);
  /// Whether the listeners are to be judged again; asked once.
  [[nodiscard]] bool take_judge_again() { return judge_again_.exchange(false); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const listeners::Assignment> assignment_;
  std::string server_run_;
  std::uint64_t looks_begun_ = 0;
  std::uint64_t look_ended_ = 0;  ///< The last that did, well.
  std::atomic<bool> judge_again_{true};
};

}  // namespace relay::engine
