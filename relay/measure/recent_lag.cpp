#include "relay/measure/recent_lag.hpp"

namespace relay::measure {

RecentLag::Slice& RecentLag::slice_at(Moment now) {
  const std::int64_t number = now.time_since_epoch() / slice_length;
  Slice& slice = slices_[static_cast<std::size_t>(number) % slices_.size()];
  if (slice.number != number) {
    for (Slice& old : slices_) {
      if (old.number <= number - std::ssize(slices_)) old = {};
    }
    slice.number = number;
  }
  return slice;
}

void RecentLag::add(const LagCounts& counts, Moment now) {
  if (counts.empty()) return;
  Slice& slice = slice_at(now);
  for (const auto& [bucket, count] : counts) slice.counts[bucket] += count;
}

LagCounts RecentLag::counts() const {
  LagCounts all;
  for (const Slice& slice : slices_) {
    for (const auto& [bucket, count] : slice.counts) all[bucket] += count;
  }
  return all;
}

}  // namespace relay::measure
