#pragma once

#include <chrono>
#include <cstdint>

namespace relay::upkeep {

/// How many pages a sweep takes at once and how long it rests in between, by how long the last step
/// took: it works half of the time while nobody else does, a tenth beside others, in shorter steps.
/// Pure. Threads: one.
class Stride {
 public:
  using Time = std::chrono::microseconds;
  static constexpr std::int64_t most = 512;  ///< Pages: the next ones may be full of old rows.

  /// @param share of the time that it may work while nobody else does: 1 in so many.
  explicit Stride(int share = 2) : share_(share) {}

  [[nodiscard]] std::int64_t pages() const { return pages_; }
  /// A step is over. @param busy others are at work. @return how long to rest.
  Time after(Time took, bool busy);
  /// A step failed: fewer pages. @param locked it waited in vain for somebody's lock.
  /// @return how long to rest.
  Time after_failure(bool locked);

 private:
  int share_;
  std::int64_t pages_ = 8;
};

}  // namespace relay::upkeep
