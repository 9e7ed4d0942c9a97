#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "relay/engine/assignment_keeper.hpp"
#include "relay/engine/conditions.hpp"
#include "relay/engine/database_breaker.hpp"
#include "relay/engine/delivery_scout.hpp"
#include "relay/engine/floor_store.hpp"
#include "relay/engine/look.hpp"
#include "relay/engine/look_interval.hpp"
#include "relay/engine/work_boards.hpp"
#include "relay/flow/cancellable.hpp"
#include "relay/flow/crash/flight_remains.hpp"
#include "relay/flow/refusal.hpp"
#include "relay/lanes/floor_keeper.hpp"
#include "relay/lanes/walk_pace.hpp"
#include "relay/lanes/watermark.hpp"

namespace relay::engine {

/// What was in the air when processes of this database died.
struct Remains {
  std::vector<flow::FlightRemains> found;
  std::function<void()> stored = [] {};  ///< Called once they are in a safe place.
};

/// Looks for work on behalf of all workers of a database: one probe over the lanes that are not
/// known to wait for a worker, at a pace that follows the work. It also moves the floors, sweeps
/// what lies below them, and has the assignment keeper judge what this relay may claim. One
/// session.
class Scout {
 public:
  /// @param remains of processes that died: their events become suspects before anything is
  /// claimed.
  Scout(const EngineOptions& options, const EngineParts& parts, WorkBoards& boards,
        Conditions& conditions, DatabaseBreaker& breaker, Remains remains);

  /// How long the next turn has waited, logged with its slow statements.
  void had_waited(std::chrono::milliseconds time) { waited_ = time; }
  /// Looks once. Never throws. @return when to look again, unless the bell rings before.
  [[nodiscard]] std::chrono::microseconds take_turn(const std::stop_token& stop);

  /// Since when there has been nothing to do: every lane was read to its end, nothing is under way,
  /// and nothing is to be tried again. Never, while it may not claim or cannot look. Not during a
  /// turn.
  [[nodiscard]] std::optional<lanes::Moment> quiet_since() const { return quiet_since_; }
  /// What the store calls itself on its server, as of the last connection; see store::Pulse.
  [[nodiscard]] const std::string& pulse_name() const { return pulse_name_; }

  /// Shows other relays that this one is there, over the session that it keeps. Not during a turn.
  void sign_of_life() noexcept;
  /// Whether it keeps a session between turns; closes it. On the same run of a server it goes on
  /// later where it was, else as at first. Not during a turn.
  [[nodiscard]] bool has_session() const { return static_cast<bool>(session_); }
  void leave_session() noexcept;
  /// Cancels the running statement, if any. Any thread. Never throws.
  void cancel() noexcept { session_.cancel(); }

  /// As Worker's.
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() {
    return std::exchange(refusal_, std::nullopt);
  }

  /// With `drain`: nothing is left to do.
  [[nodiscard]] bool drained() const { return drained_; }
  /// With `drain`: why it can never be drained, or "".
  [[nodiscard]] std::string refused() const;
  /// With `drain`: one of both; there is nothing more to look for.
  [[nodiscard]] bool has_ended() const { return drained_ || !refused().empty(); }

 private:
  void look_under(DatabaseBreaker::Call& call, const std::stop_token& stop);
  void connect();
  void learn_server(store::ScoutSession& session);
  [[nodiscard]] bool is_back_where_it_was(store::ScoutSession& session);
  void look(const std::stop_token& stop);
  void judge();
  void tell_of_listeners();
  void forget_floors();
  void look_anew();
  bool look_for_events();
  /// @return whether the look goes ahead of the walk.
  bool begin_walk(lanes::Moment now);
  void decide_floor(store::ScoutSession& session);
  void sweep();
  [[nodiscard]] bool nobody_at_work() const;
  void ring_where_deliveries_wait();
  void see_whether_quiet();

  const EngineOptions& options_;
  const EngineParts& parts_;
  WorkBoards& boards_;
  Conditions& conditions_;
  DatabaseBreaker& breaker_;
  Remains remains_;
  AssignmentKeeper assignment_keeper_;
  DeliveryScout deliveries_;
  LookInterval interval_;
  flow::Cancellable<store::ScoutSession> session_;
  lanes::FloorKeeper keeper_;
  lanes::Reach reach_;
  lanes::Watermark watermark_;
  lanes::WalkPace walk_;
  FloorStore floor_store_;
  Sweep sweep_;
  std::int64_t last_seq_ = 0;
  std::int64_t last_place_ = 0;
  std::shared_ptr<const listeners::Assignment> assignment_;
  lanes::Moment judged_at_{};
  lanes::Moment told_at_{};
  bool judge_now_ = true;
  lanes::Moment rests_until_{};
  bool found_work_ = false;
  bool looked_ = false;  // the last turn has, to the end
  bool behind_ = false;
  bool backlog_ = false;
  lanes::Moment floors_at_{};
  bool in_part_ = false;       // looks have left something to be read
  bool walk_in_part_ = false;  // the last look of the walk has
  bool looked_ahead_ = false;  // the last look was none of the walk's
  bool walked_once_ = false;   // since the floors were forgotten, every lane was read to its end
  lanes::Moment sweep_after_{};
  std::optional<lanes::Moment> quiet_since_;
  std::string pulse_name_;
  std::chrono::milliseconds waited_{0};
  bool left_ = false;  // the last session, which had not failed
  std::optional<flow::Refusal> refusal_;
  std::atomic<bool> drained_{false};
  mutable std::mutex refused_mutex_;
  std::string refused_;
};

}  // namespace relay::engine
