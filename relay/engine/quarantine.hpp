#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "projections/failure.hpp"
#include "relay/engine/pass_failure.hpp"
#include "relay/lanes/lane_board.hpp"

namespace relay::engine {

/// Listeners that are known to make an event's transaction fail as a whole: (event id, listener)
/// and why. They are not called for it again; it counts as a failed try. A listener of "" stands
/// for all of the first pass: what failed is the relay's own statement over this event.
using Quarantined = std::map<EventAndListener, projections::Failure>;

/// Events that were found out until their failure is written down, and those that are suspected
/// of losing connections. Threads: any.
class Quarantine {
 public:
  /// A snapshot, cheap when there are none. Each is in for a minute at most: they come again at
  /// once, unless another relay has taken them meanwhile.
  [[nodiscard]] std::shared_ptr<const Quarantined> now_in(lanes::Moment now);
  void put(const EventAndListener& who, const projections::Failure& why, lanes::Moment now);
  /// Their failures are written down.
  void release(const std::vector<EventAndListener>& buried);

  /// A connection was lost while a listener had a batch that begins with this event. @return how
  /// often by now: once it has come through, it does not come again. Of 1,000 events at most.
  int count_loss(const EventAndListener& who);

 private:
  std::mutex mutex_;
  std::map<EventAndListener, int> losses_;
  std::map<EventAndListener, lanes::Moment> since_;
  std::shared_ptr<const Quarantined> all_ = std::make_shared<const Quarantined>();
};

}  // namespace relay::engine
