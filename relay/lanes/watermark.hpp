#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace relay::lanes {

/// Of a number that only rises, such as the last one that a sequence handed out: what it was a
/// while ago. The transaction that drew a number so long ago has most likely committed; one that
/// has not needs another look. Pure. Threads: one.
class Watermark {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Age = std::chrono::steady_clock::duration;

  /// @param age between this and twice as much is as long ago as `value` tells.
  explicit Watermark(Age age) : age_(age) {}

  /// It is `last` now.
  void observe(std::int64_t last, Time now) {
    if (now - drawn_at_ < age_) return;
    value_ = std::exchange(drawn_, last);
    drawn_at_ = now;
  }
  /// 0 until something is known.
  [[nodiscard]] std::int64_t value() const { return value_; }
  /// Everything known is void.
  void forget() { value_ = drawn_ = 0; }

 private:
  Age age_;
  std::int64_t value_ = 0;
  std::int64_t drawn_ = 0;
  Time drawn_at_{};
};

}  // namespace relay::lanes
