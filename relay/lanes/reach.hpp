#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "relay/lanes/lane_board.hpp"

namespace relay::lanes {

/// How far beyond its floor one look reads. The index keeps an entry of each completed event as
/// long as an open snapshot may see it, and a look walks over all of them: so it reads a bounded
/// piece at a time, whose length follows how long the pieces take. What a piece has told stays.
/// Pure. Threads: one.
class Reach {
 public:
  /// Sets the tops of the tickets: none where so little is left that it is one piece.
  /// @param last_seq the last that is known to be handed out.
  /// @return whether any of them is read in part only.
  bool limit(std::vector<LaneTicket>& tickets, std::int64_t last_seq) const;
  /// A look came through. @param in_part as `limit` said.
  void came_through(std::chrono::milliseconds took, bool in_part);
  /// A look was cut off by its limit. @return false: for the third time running, so it is not the
  /// length of the piece that takes so long, and an operator must be told.
  bool cut_off();
  /// How long the next one may take.
  [[nodiscard]] std::chrono::milliseconds patience() const;

 private:
  std::int64_t width_ = 100'000;
  int cut_offs_ = 0;
};

}  // namespace relay::lanes
