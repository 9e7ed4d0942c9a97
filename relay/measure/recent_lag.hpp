#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "relay/base/lag_histogram.hpp"

namespace relay::measure {

/// The lag of the last minute, in six slices of ten seconds that are forgotten one by one. A slice
/// is forgotten only when a later one is written, so that the last minute in which something was
/// applied stays readable. Pure: time is an argument. Threads: one.
class RecentLag {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  void add(std::int64_t lag_us, Moment now) { ++slice_at(now).counts[bucket_of_us(lag_us)]; }
  void add(const LagCounts& counts, Moment now);
  /// All slices together.
  [[nodiscard]] LagCounts counts() const;

 private:
  static constexpr std::chrono::seconds slice_length{10};
  struct Slice {
    std::int64_t number = -1;  ///< Time divided by the slice's length.
    LagCounts counts;
  };
  [[nodiscard]] Slice& slice_at(Moment now);

  std::array<Slice, 6> slices_;
};

}  // namespace relay::measure
