#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "relay/engine/obstacles.hpp"
#include "relay/lanes/lane_board.hpp"
#include "relay/lanes/reach.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::engine {

/// What one look at the outbox saw.
struct Seen : store::Look {
  bool in_part = false;  ///< Some lane was not read to its end.
  [[nodiscard]] bool any() const;
  /// Whether some lane in which nothing was found was not read to its end.
  [[nodiscard]] bool left_unread() const;
};

/// Looks at these lanes, as far as `reach` lets it. @param now tells the time.
/// @param last_seq as known so far.
/// @return nothing when it was cut off; the next one reads less.
/// @throws what the session throws, also when looks are cut off again and again.
[[nodiscard]] std::optional<Seen> look_at(store::ScoutSession& session, const lanes::Now& now,
                                          lanes::Reach& reach, std::vector<lanes::LaneTicket> where,
                                          std::int64_t last_seq);

/// Finds what lies below the floors: numbers given and rows put back by hand. It walks every dead
/// entry of the index, a few lanes and a piece of them at a time. Threads: the scout's.
class Sweep {
 public:
  /// @param obstacles is told which stuck events it did not find. Both must outlive this.
  Sweep(const lanes::Now& now, Obstacles& obstacles) : now_(now), obstacles_(obstacles) {}

  /// Goes on for a while. @return whether something is pending where it came by.
  bool some(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq);
  /// Goes through all lanes. @return whether something is pending.
  bool all(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq,
           const std::stop_token& stop);

 private:
  /// @return whether these lanes are through. @param any is set when something was found.
  bool piece(store::ScoutSession& session, lanes::LaneBoard& board, std::int64_t last_seq,
             bool& any);

  const lanes::Now& now_;
  Obstacles& obstacles_;
  lanes::Reach reach_;
  int lane_ = 0;           ///< The first of those that are swept together.
  std::int64_t from_ = 0;  ///< Where the next piece begins, unless it is the first.
  bool begun_ = false;
};

}  // namespace relay::engine
