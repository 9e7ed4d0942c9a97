#pragma once

#include <algorithm>
#include <vector>

#include "relay/lanes/lane_board.hpp"

namespace relay::lanes {

/// Lanes that a worker has taken from a board, given back whatever happens: those that it did not
/// leave by `done`, at the end of this object, as they were found. Threads: one.
class TakenLanes {
 public:
  /// As LaneBoard::take. @param board must outlive this.
  TakenLanes(LaneBoard& board, int most, Moment now, int shallow)
      : board_(board), tickets_(board.take(most, now, shallow)), left_(tickets_.size()) {}
  ~TakenLanes() {
    for (std::size_t i = 0; i < tickets_.size(); ++i) {
      if (!left_[i]) board_.give_back(tickets_[i].lane);
    }
  }
  TakenLanes(const TakenLanes&) = delete;
  TakenLanes& operator=(const TakenLanes&) = delete;

  [[nodiscard]] std::vector<LaneTicket>& tickets() { return tickets_; }

  /// The worker leaves one of them; others may take it from now on. Only the first call for a lane
  /// counts.
  void done(int lane, bool more) {
    const auto at = std::ranges::find(tickets_, lane, &LaneTicket::lane) - tickets_.begin();
    const auto place = static_cast<std::size_t>(at);
    if (place == tickets_.size() || left_[place]) return;
    left_[place] = true;
    board_.done(lane, more);
  }

 private:
  LaneBoard& board_;
  std::vector<LaneTicket> tickets_;
  std::vector<bool> left_;
};

}  // namespace relay::lanes
