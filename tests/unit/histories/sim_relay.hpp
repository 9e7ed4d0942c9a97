#pragma once

#include <memory>
#include <optional>

#include "relay/claim/floor_keeper.hpp"
#include "tests/unit/histories/pass.hpp"

namespace tests::histories {

/// A relay's process: what it declares, its boards, its floor keeper, its scout and two workers.
/// It does what engine::Scout, Referee and Worker do, a step at a time.
class SimRelay {
 public:
  explicit SimRelay(World& world) : world_(world) {}

  /// Starts, or starts again after a crash: nothing of before is left.
  void start(std::vector<projections::ProjectionOptions> listeners);
  /// The next small part of the scout's round.
  void scout();
  /// The next step of a worker. @return whether it did anything. @throws Violation
  bool work(int worker);
  /// A worker's connection is lost: its transaction is gone.
  void abort(int worker);
  /// Whether a commit or a floor has changed since this was asked last.
  [[nodiscard]] bool changed() { return std::exchange(changed_, false); }
  [[nodiscard]] std::vector<std::int64_t> floors() const { return board_->floors_to_keep(); }

 private:
  using Board = std::optional<relay::claim::LaneBoard>;

  void judge();
  [[nodiscard]] relay::listeners::Registered read_registered() const;
  void register_listeners(const std::vector<relay::listeners::Declaration>& declarations);
  void keep_floors();
  void probe(bool from_start);
  void look_for_deliveries(bool sweep);
  bool take(int worker);
  void settle(const Pass& pass);
  void settle_lane(const Pass& pass, const relay::store::LaneRead& read);
  [[nodiscard]] Board& board_of(const SimListener* drained);
  [[nodiscard]] relay::claim::Moment now() const;

  World& world_;
  std::vector<std::unique_ptr<SimListener>> own_;
  std::vector<relay::listeners::Declaration> declarations_;
  Board board_;
  std::array<Board, listener_count> delivery_boards_;
  relay::claim::FloorKeeper keeper_;
  Duty duty_;    ///< Null: it may not claim.
  Duty judged_;  ///< The scout's own.
  bool at_start_ = true;
  int scout_step_ = 0;
  std::int64_t decided_ = 0;
  std::int64_t last_seq_ = 0;
  std::vector<relay::claim::LaneProbe> probes_;
  std::array<std::unique_ptr<Pass>, 2> passes_;
  std::size_t next_field_ = 0;
  bool changed_ = false;
};

}  // namespace tests::histories
