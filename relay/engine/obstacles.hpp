#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "projections/apply/apply.hpp"
#include "relay/decode/decode.hpp"
#include "relay/lanes/lane_board.hpp"

namespace relay::engine {

/// An event that came alone.
struct LoneEvent {
  std::string id;
  std::string key;
  int lane = 0;
  std::int64_t seq = 0;
};

/// An event that this relay could neither complete nor write down as a failure. It is stepped over
/// until then, and so is what comes behind it in its key.
struct StuckEvent {
  LoneEvent event;
  lanes::Moment again_at{};
};

/// By event id.
using StuckEvents = std::map<std::string, StuckEvent>;

/// Whether the event is to be stepped over now.
[[nodiscard]] bool is_stuck(const StuckEvents& stuck, const decode::DecodedEvent& decoded,
                            projections::Order order, lanes::Moment now);

/// What the relay's own statements fail at, in one database. It holds no truth: whatever is
/// forgotten here is met again. Threads: any.
class Obstacles {
 public:
  using Clock = std::chrono::steady_clock;

  /// A snapshot, cheap when there are none.
  [[nodiscard]] std::shared_ptr<const StuckEvents> stuck() const;
  /// It is left aside for a while. @return false: too many are.
  bool leave_aside(const LoneEvent& event, Clock::time_point now);
  /// It has passed, or is pending no more. @return whether it was the last one.
  bool passed(const std::string& event_id);
  /// What a look at the outbox saw. Of those in `known`, which were stuck when it began, it finds
  /// those that are pending no more, for whatever reason.
  void looked(const StuckEvents& known, const std::vector<lanes::LaneProbe>& probes);

  /// A statement of our own failed in this lane, and no event is known to be at fault.
  void in_trouble(const lanes::LaneBoard& board, int lane, Clock::time_point now);
  /// Something came through in this lane.
  void well(const lanes::LaneBoard& board, int lane);
  /// Whether a lane was in trouble of late and has not come through since.
  [[nodiscard]] bool any_in_trouble(Clock::time_point now) const;

  /// Whether one more event may be counted as failed by the relay's own doing. When many are in a
  /// row and nothing passes between them, it is hardly the events: one in ten seconds then.
  [[nodiscard]] bool may_blame_another(Clock::time_point now);
  /// An event passed as it should.
  void something_passed();

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const StuckEvents> stuck_ = std::make_shared<const StuckEvents>();
  std::map<std::pair<const lanes::LaneBoard*, int>, Clock::time_point> trouble_;
  std::size_t blamed_in_a_row_ = 0;
  Clock::time_point blamed_at_{};
};

}  // namespace relay::engine
