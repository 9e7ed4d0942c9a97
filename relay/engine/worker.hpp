#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/claim/taken_lanes.hpp"
#include "relay/engine/decide.hpp"
#include "relay/engine/gate.hpp"
#include "relay/engine/pass.hpp"
#include "relay/engine/shared.hpp"
#include "relay/engine/target.hpp"
#include "relay/engine/trouble.hpp"

namespace relay::engine {

/// Where a worker takes lanes from: the first pass, or one listener's deliveries.
struct Field {
  claim::LaneBoard* board = nullptr;
  const Queue* queue = nullptr;  ///< Null: the first pass.
};

/// What all workers of a database share.
struct Floor {
  Shared& shared;
  Trouble& trouble;
  Target& target;
  Gate& gate;
  flow::FlightRecord& flight;
};

/// One thread's work on one database: takes lanes from the boards of its fields in turn, passes
/// their batches, and decides what a failed pass asks for. One session, thrown away when it fails.
class Worker {
 public:
  /// @param name for messages and for operators of the store. @param fields in the order of the
  /// first turn.
  /// @param bell is rung when their boards have lanes; must outlive the worker. @param slot of the
  /// flight record; the worker's own.
  Worker(std::string name, std::vector<Field> fields, Bell& bell, const EngineOptions& options,
         const Parts& parts, Floor& floor, std::size_t slot);

  /// Works until stopped; a pass under way is finished first. Never throws.
  void run(const std::stop_token& stop);
  /// Cancels the statement that runs now. Any thread.
  void cancel() noexcept;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// A handler that is past its time; it is asked to stop. Any thread.
  [[nodiscard]] std::optional<HandlerWatch::Late> look_at_handler() {
    return watch_.look(HandlerWatch::Clock::now());
  }
  [[nodiscard]] std::size_t slot() const { return seat_.slot; }

 private:
  /// Lanes of one field, to be passed as one batch; their owner gives back what is left of them.
  struct Job {
    const Field& field;
    claim::TakenLanes& taken;
    std::vector<claim::LaneTicket>& tickets;
    const std::stop_token& stop;
    PassResult result = {};
  };

  [[nodiscard]] bool may_take(const Field& field, const listeners::Duty& duty) const;
  bool take_turn(const std::stop_token& stop);
  bool begin(const Field& field, claim::TakenLanes& taken, const listeners::Duty& duty,
             const std::stop_token& stop);
  void work(Job& job, const listeners::Duty& duty, Target::Call& call);
  bool pass(Job& job, const listeners::Duty& duty, bool alone);
  store::WorkerSession& connected();
  void check_floors(Job& job);
  void settle(const Job& job);
  void settle_lane(const Job& job, const store::LaneRead& read);
  static void be_careful(const Job& job);
  static void single_out(const Job& job);
  void step_over(const Job& job);
  void forget_stuck(const Job& job);
  void spread_ready(const Job& job);
  void surprised() noexcept;

  // What a failed pass asks for.
  void failed(const Job& job, const PassFailure& why, Target::Call& call);
  void act(const Job& job, const PassFailure& why, Action action, Target::Call& call);
  void pause_listener(const Job& job, const PassFailure& why);
  void again(const Job& job, const PassFailure& why, Target::Call& call);
  void examine(const Job& job, const PassFailure& why, Target::Call& call);
  void blame(const Job& job, const LoneEvent& event, const projections::Failure& why);
  void in_trouble(const Job& job, const std::string& sentence);
  bool statements_work();
  void count_loss(const Job& job, const PassFailure& why, Target::Call& call);
  void lost(const projections::Failure& why, Target::Call& call);
  void drop_session();
  bool can_connect();
  void rest(const Job& job, std::chrono::milliseconds time);

  const std::string name_;
  const std::vector<Field> fields_;
  Bell& bell_;
  const EngineOptions& options_;
  const Parts& parts_;
  Shared& shared_;
  Trouble& trouble_;
  Target& target_;
  Gate& gate_;
  HandlerWatch watch_;
  Seat seat_;
  std::size_t next_field_ = 0;
  std::mutex session_mutex_;  // cancel() comes from another thread
  std::unique_ptr<store::WorkerSession> session_;
  std::string server_run_;              // of the session's server
  std::uint64_t connected_before_ = 0;  // that look of the scout's
  bool look_awaited_ = false;           // in this session
  int conflicts_ = 0;
  std::chrono::steady_clock::time_point in_steps_until_;
};

}  // namespace relay::engine
