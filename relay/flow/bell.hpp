#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace relay::flow {

/// Says that there is work; the function given to `answer` decides which thread comes. It counts
/// its rings: a thread that reads the count before a look sees after it whether it missed one.
/// Threads: any.
class Bell {
 public:
  /// How many of those that wait are to come.
  enum class Who { one, all };

  /// Once, before the first ring. @param come called at each ring, on the thread that rings; must
  /// not ring itself.
  void answer(std::function<void(Who)> come) { come_ = std::move(come); }

  /// Calls one of those that wait; one that finds more than it can take rings again.
  void ring() { ring(Who::one); }
  /// Calls all that wait.
  void ring_for_all() { ring(Who::all); }

  [[nodiscard]] std::uint64_t rings() const { return rings_; }

 private:
  void ring(Who who) {
    ++rings_;
    if (come_) come_(who);
  }

  std::atomic<std::uint64_t> rings_{0};
  std::function<void(Who)> come_;
};

}  // namespace relay::flow
