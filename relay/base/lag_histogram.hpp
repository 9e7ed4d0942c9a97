#pragma once

#include <cstdint>
#include <map>

namespace relay {

/// Log-linear buckets over microseconds: exact below 16 us, then 16 to each power of two, so that a
/// percentile read off a bucket's upper bound is at most 1/16 too high. The idea is that of
/// HdrHistogram (hdrhistogram.org); two histograms are merged by adding counts.
/// @param us negative counts as 0. @return 0 … 959.
[[nodiscard]] int bucket_of_us(std::int64_t us);

/// The highest value, in microseconds, that falls into the bucket.
[[nodiscard]] std::int64_t upper_bound_us(int bucket);

/// Counts per bucket; only buckets that were hit.
using LagCounts = std::map<int, std::int64_t>;

/// The value below which `share` (0 … 1) of the counts lie, in milliseconds; 0 for no counts.
[[nodiscard]] double percentile_ms(const LagCounts& counts, double share);

}  // namespace relay
