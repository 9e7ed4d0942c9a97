#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/lanes/lane_board.hpp"
#include "relay/lanes/reach.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::engine {

using DeliveryBoards = std::map<std::string, lanes::LaneBoard>;  ///< By listener.

/// What one look at ready deliveries saw.
struct SeenDeliveries {
  std::map<std::string, std::vector<lanes::LaneProbe>>
      lanes;             ///< By listener, all that were asked.
  bool in_part = false;  ///< Some lane was not read to its end.
  [[nodiscard]] bool any() const;
};

/// Looks at these lanes, as far as `reach` lets it. @param now tells the time.
/// @param last_place as known so far.
/// @return nothing when it was cut off; the next one reads less.
/// @throws what the session throws, also when looks are cut off again and again.
[[nodiscard]] std::optional<SeenDeliveries> look_at(store::ScoutSession& session,
                                                    const lanes::Now& now, lanes::Reach& reach,
                                                    store::DeliveryLanes where,
                                                    std::int64_t last_place);

/// Finds what became ready with a place below the floor: its transaction drew the place and
/// committed after a later one had been read. It walks every dead entry of the index, a piece at a
/// time. Threads: the scout's.
class DeliverySweep {
 public:
  /// @param now must outlive this.
  explicit DeliverySweep(const lanes::Now& now) : now_(now) {}

  /// Goes on for a while, to the end of its round at most. @return whether something is ready where
  /// it came by.
  bool some(store::ScoutSession& session, DeliveryBoards& boards,
            const std::vector<std::string>& served, std::int64_t last_place);
  /// Goes round once, unless it finds something or is to stop. @return whether something is ready,
  /// or may be.
  bool all(store::ScoutSession& session, DeliveryBoards& boards,
           const std::vector<std::string>& served, std::int64_t last_place,
           const std::stop_token& stop);

 private:
  /// @return whether this was the round's last piece. @param any is set when something was found.
  bool piece(store::ScoutSession& session, DeliveryBoards& boards,
             const std::vector<std::string>& served, std::int64_t last_place, bool& any);

  const lanes::Now& now_;
  lanes::Reach reach_;
  std::string of_;         ///< The listener that is being swept; "": a round begins.
  std::int64_t from_ = 0;  ///< Where its next piece begins.
};

}  // namespace relay::engine
