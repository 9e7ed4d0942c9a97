#pragma once

#include <algorithm>
#include <chrono>

namespace relay::lanes {

/// When looks begin at the floors again. While an open transaction keeps floors down, what lies
/// above them may be many dead entries: once they were walked, looks go on from what was drawn a
/// while ago, and the whole is walked again, for what was committed late, so seldom that it takes a
/// fifth of the time. Pure. Threads: one.
class WalkPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::steady_clock::duration;

  /// Whether the next look begins at the floors.
  [[nodiscard]] bool due(Time now) const { return !under_way_ && now >= again_at_; }
  /// A look begins there.
  void begin() {
    under_way_ = true;
    took_ = {};
  }
  /// A look took so long; one that hung says nothing of the walk's length.
  /// @param to_its_end false: the next one reads on.
  void looked(Span took, bool to_its_end, Time now) {
    if (!under_way_) return;
    took_ += std::min<Span>(took, look_most);
    if (!to_its_end) return;
    under_way_ = false;
    again_at_ = now + took_ * rest;
  }

 private:
  static constexpr int rest = 4;  // so many times as long as the walk took
  static constexpr std::chrono::milliseconds look_most{500};  // `Reach` aims at less
  bool under_way_ = false;
  Span took_{};
  Time again_at_{};
};

}  // namespace relay::lanes
