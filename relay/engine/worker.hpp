#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "relay/engine/conditions.hpp"
#include "relay/engine/database_breaker.hpp"
#include "relay/engine/decide.hpp"
#include "relay/engine/exclusive_section.hpp"
#include "relay/engine/pass.hpp"
#include "relay/engine/work_boards.hpp"
#include "relay/flow/cancellable.hpp"
#include "relay/flow/refusal.hpp"
#include "relay/lanes/taken_lanes.hpp"

namespace relay::engine {

/// Where a worker takes lanes from: new events, or one listener's deliveries.
struct WorkSource {
  lanes::LaneBoard* board = nullptr;
  const Queue* queue = nullptr;  ///< Null: new events.
};

/// What all workers of a database share.
struct WorkerContext {
  const EngineOptions& options;
  const EngineParts& parts;
  WorkBoards& boards;
  Conditions& conditions;
  DatabaseBreaker& breaker;
  ExclusiveSection& section;
};

/// Work on one database, a batch at a time: takes lanes from the boards of its sources in turn,
/// passes their batches, and decides what a failed pass asks for. One session, thrown away when it
/// fails. Threads: one at a time; what says so: any.
class Worker {
 public:
  /// @param name for messages and for operators of the store. @param sources in the order of the
  /// first turn. @param bell is rung when their boards have lanes. @param context outlives the
  /// worker, as do bell and boards.
  Worker(std::string name, std::vector<WorkSource> sources, flow::Bell& bell,
         HandlingOfPass handling, const WorkerContext& context);

  /// How long the next turn has waited, logged with its slow statements.
  void had_waited(std::chrono::milliseconds time) { waited_ = time; }
  /// Passes one batch, if there is one for it. Never throws, and waits for nothing but the store
  /// and handlers. @param stop what is begun is finished all the same.
  /// @return false: there is nothing to do before the bell rings, but for what takes its time:
  /// asked again half a second later at the latest.
  [[nodiscard]] bool take_turn(const std::stop_token& stop) noexcept;
  /// Whether a turn would find anything. Not during one.
  [[nodiscard]] bool sees_work() const;
  /// Whether it keeps a session between turns; closes it. Not during one.
  [[nodiscard]] bool has_session() const { return static_cast<bool>(session_); }
  void leave_session() noexcept;
  /// Cancels the statement that runs now. Any thread.
  void cancel() noexcept { session_.cancel(); }
  /// Why the last turn had no session, if the server refused one. Told once. Not during a turn.
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() {
    return std::exchange(refusal_, std::nullopt);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] flow::Bell& bell() const { return bell_; }
  /// Whose deliveries it works off, if it has nothing else to do; or null.
  [[nodiscard]] const Queue* drains() const {
    return sources_.size() == 1 ? sources_.front().queue : nullptr;
  }

 private:
  /// Lanes of one source, to be passed as one batch. What is left of them is given back.
  struct Turn {
    Turn(const WorkSource& from, int most, lanes::Moment now, int shallow)
        : source(from), taken(*from.board, most, now, shallow) {}
    const WorkSource& source;
    lanes::TakenLanes taken;
    std::optional<lanes::Moment> waits_until;  ///< To be alone.
  };
  struct Job {
    const WorkSource& source;
    lanes::TakenLanes& taken;
    std::vector<lanes::LaneTicket>& tickets;
    const std::stop_token& stop;
    PassResult result = {};
  };

  bool turn(const std::stop_token& stop);
  [[nodiscard]] bool may_take(const WorkSource& source,
                              const listeners::Assignment& assignment) const;
  [[nodiscard]] std::unique_ptr<Turn> next_turn(const listeners::Assignment& assignment);
  void wait_to_be_alone(std::unique_ptr<Turn> turn);
  bool work(Job& job, const listeners::Assignment& assignment, bool alone,
            DatabaseBreaker::Call& call);
  bool pass_batch(Job& job, const listeners::Assignment& assignment, bool alone);
  store::WorkerSession& connected();
  bool check_floors(Job& job);
  void give_back(const Job& job);
  void give_back_lane(const Job& job, const store::LaneRead& read);
  static void be_careful(const Job& job);
  static void single_out(const Job& job);
  void step_over(const Job& job);
  void forget_stuck(const Job& job);
  void spread_ready(const Job& job);
  void surprised() noexcept;

  // What a failed pass asks for.
  void failed(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call);
  void act(const Job& job, const PassFailure& why, Action action, DatabaseBreaker::Call& call);
  void pause_listener(const Job& job, const PassFailure& why);
  void again(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call);
  void examine(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call);
  void blame(const Job& job, const LoneEvent& event, const projections::Failure& why);
  void in_trouble(const Job& job, const std::string& sentence);
  bool statements_work();
  void count_loss(const Job& job, const PassFailure& why, DatabaseBreaker::Call& call);
  void lost(const projections::Failure& why, DatabaseBreaker::Call& call);
  bool can_connect();
  void rest(const Job& job, std::chrono::milliseconds time);

  const std::string name_;
  const std::vector<WorkSource> sources_;
  flow::Bell& bell_;
  const HandlingOfPass handling_;
  const EngineOptions& options_;
  const EngineParts& parts_;
  WorkBoards& boards_;
  Conditions& conditions_;
  DatabaseBreaker& breaker_;
  ExclusiveSection& section_;
  std::size_t next_source_ = 0;
  std::unique_ptr<Turn> waiting_;  // to be alone
  flow::Cancellable<store::WorkerSession> session_;
  std::string server_run_;  // of the session's server
  std::chrono::milliseconds waited_{0};
  bool left_ = false;  // the last session, which had not failed
  std::optional<flow::Refusal> refusal_;
  lanes::Moment connected_at_;
  std::uint64_t connected_before_ = 0;  // that look of the scout's
  bool impatient_ = false;  // it had to leave its last session: this one may not last longer
  int conflicts_ = 0;
  lanes::Moment in_steps_until_{};
};

}  // namespace relay::engine
