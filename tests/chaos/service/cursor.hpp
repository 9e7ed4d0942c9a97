#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "relay/lanes/lane_board.hpp"

namespace chaos::service {

/// Up to where each lane was read, for a store that never looks back: neither the next claim nor a
/// sweep heals what it has passed by mistake, until a relay begins anew. Threads: any.
class Cursor {
 public:
  void pass(int lane, std::int64_t seq) {
    const std::lock_guard lock{mutex_};
    auto& passed = passed_.try_emplace(lane, seq).first->second;
    passed = std::max(passed, seq);
  }
  void forget() {
    const std::lock_guard lock{mutex_};
    passed_.clear();
  }
  /// The same tickets, none below where its lane was passed.
  [[nodiscard]] std::vector<relay::lanes::LaneTicket> above(
      std::vector<relay::lanes::LaneTicket> tickets) const {
    const std::lock_guard lock{mutex_};
    for (relay::lanes::LaneTicket& ticket : tickets) {
      const auto passed = passed_.find(ticket.lane);
      if (passed != passed_.end()) ticket.floor = std::max(ticket.floor, passed->second);
    }
    return tickets;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, std::int64_t> passed_;
};

}  // namespace chaos::service
