#pragma once

#include <memory>
#include <optional>

#include "relay/claim/lane_board.hpp"
#include "relay/engine/outcome_of_batch.hpp"
#include "relay/engine/outcome_of_drain.hpp"
#include "tests/unit/histories/sim_listener.hpp"

namespace tests::histories {

using Duty = std::shared_ptr<const relay::listeners::Duty>;

/// One transaction of a worker, in the steps in which others may come between: lock, read, run,
/// write, commit. It asks the engine's own code for each decision and does to the tables what the
/// statements would.
class Pass {
 public:
  /// @param drains the listener whose deliveries are drained; null: a first pass.
  Pass(World& world, Duty duty, std::vector<std::unique_ptr<SimListener>>& listeners,
       SimListener* drains, std::vector<relay::claim::LaneTicket> tickets);
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  enum class Ended { not_yet, committed, empty, stale };
  /// One step on; it may have to wait for another's row lock. @throws Violation
  Ended advance();

  [[nodiscard]] const std::vector<relay::store::LaneRead>& lanes() const { return claim_.lanes; }
  [[nodiscard]] const std::vector<relay::claim::LaneTicket>& tickets() const { return tickets_; }
  [[nodiscard]] SimListener* drains() const { return drains_; }
  [[nodiscard]] bool left_over() const { return left_over_; }
  /// Lanes with new ready deliveries, by listener.
  [[nodiscard]] const std::map<std::string, std::set<int>>& ready() const { return ready_; }

 private:
  [[nodiscard]] int drainer() const;
  void lock();
  [[nodiscard]] relay::store::LaneRead& read_of(int lane);
  bool read();
  void take(int event, int lane);
  void run();
  void hold_whole_keys(const std::set<relay::deliveries::LaneKey>& keys);
  bool write();
  bool commit();
  void commit_first_pass();
  void commit_drain();
  void note_dead(const relay::deliveries::Delivery& entry);
  bool lock_events(const std::vector<std::string>& ids);
  [[nodiscard]] std::vector<std::string> free_of(const std::vector<std::string>& done) const;

  World& world_;
  Duty duty_;
  std::vector<std::unique_ptr<SimListener>>& listeners_;
  SimListener* drains_;
  std::vector<relay::claim::LaneTicket> tickets_;
  int id_;
  int step_ = 0;
  Doings doings_;
  std::string version_;
  relay::store::Claim claim_;
  relay::decode::DecodedBatch batch_;
  std::map<std::string, projections::HeldKeys> held_;
  std::vector<relay::engine::ListenerPart> parts_;
  relay::engine::BatchOutcome outcome_;
  relay::engine::DrainOutcome drain_;
  std::vector<std::pair<relay::deliveries::Delivery, std::int64_t>> inserted_;  ///< With places.
  std::vector<std::string> counted_free_;  ///< Of a settlement that breaks the event lock's rule.
  bool left_over_ = false;
  std::map<std::string, std::set<int>> ready_;
};

}  // namespace tests::histories
