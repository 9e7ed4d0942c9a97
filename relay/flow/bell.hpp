#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace relay::flow {

/// Says that there is work. Who comes is somebody else's business, told by `answer`. It counts its
/// rings: who reads the count before a look knows after it whether one was missed. Threads: any.
class Bell {
 public:
  /// How many of those who wait are to come.
  enum class Who { one, all };

  /// Once, before the first ring. @param come called at each ring, on the thread that rings; must
  /// not ring itself.
  void answer(std::function<void(Who)> come) { come_ = std::move(come); }

  /// Calls one who waits; who finds more than it can take rings again.
  void ring() { ring(Who::one); }
  /// Calls all who wait.
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
