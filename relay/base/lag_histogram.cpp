#include "relay/base/lag_histogram.hpp"

#include <bit>
#include <cmath>

namespace relay {

int bucket_of_us(std::int64_t us) {
  if (us < 16) return us < 0 ? 0 : static_cast<int>(us);
  const auto value = static_cast<std::uint64_t>(us);
  const int power = std::bit_width(value) - 1;  // 4 for 16 … 31
  const auto step = static_cast<int>((value >> (power - 4)) & 15);
  return (power - 3) * 16 + step;
}

std::int64_t upper_bound_us(int bucket) {
  if (bucket < 16) return bucket;
  const int power = bucket / 16 + 3;
  const std::int64_t step = bucket % 16;
  return ((16 + step + 1) << (power - 4)) - 1;
}

double percentile_ms(const LagCounts& counts, double share) {
  std::int64_t total = 0;
  for (const auto& [bucket, count] : counts) total += count;
  if (total == 0) return 0;
  const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(total)));
  std::int64_t seen = 0;
  for (const auto& [bucket, count] : counts) {
    seen += count;
    if (seen >= wanted) return static_cast<double>(upper_bound_us(bucket)) / 1000.0;
  }
  return 0;
}

}  // namespace relay
