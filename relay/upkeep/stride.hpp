#pragma once

#include <chrono>
#include <cstdint>

namespace relay::upkeep {

/// How a sweep goes on beside what else there is to do.
enum class Pace {
  alone,    ///< Nothing else is at work.
  beside,   ///< Others are: it gives way.
  hurried,  ///< They are, and more was done of late than went: the table would grow for ever.
};

/// How many pages a sweep takes at once and how long it rests in between, by how long the last step
/// took: it works half of the time while nothing else does, a tenth beside others, in shorter
/// steps, and a fifth in a hurry. Pure. Threads: one.
class Stride {
 public:
  using Time = std::chrono::microseconds;
  static constexpr std::int64_t most = 512;  ///< Pages: the next ones may be full of old rows.

  /// @param share of the time that it may work while nothing else does: 1 in so many.
  explicit Stride(int share = 2) : share_(share) {}

  [[nodiscard]] std::int64_t pages() const { return pages_; }
  /// @param done how much was published, delivered and completed since the last step. @param rows
  /// how many went in this one.
  [[nodiscard]] Pace pace(std::int64_t done, std::int64_t rows);
  /// A step is over. @return how long to rest.
  Time after(Time took, Pace pace);
  /// A step failed: fewer pages. @param locked it waited in vain for a lock.
  /// @return how long to rest.
  Time after_failure(bool locked);

 private:
  int share_;
  std::int64_t pages_ = 8;
  std::int64_t behind_ = 0;  ///< Rows that were done and did not go.
};

}  // namespace relay::upkeep
