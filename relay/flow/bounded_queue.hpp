#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <concurrentqueue.h>

namespace relay::flow {

/// A lock-free queue from many threads to one, bounded by bytes. The queue underneath grows without
/// end, so a budget stands beside it: what exceeds it is refused and counted, never waited for.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::int64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Any thread; never blocks. @param bytes what the item weighs. @return false: refused, counted.
  bool offer(T item, std::int64_t bytes) {
    if (bytes_.fetch_add(bytes) + bytes > bytes_max_ || !queue_.enqueue({std::move(item), bytes})) {
      bytes_.fetch_sub(bytes);
      refused_.fetch_add(1);
      return false;
    }
    return true;
  }

  /// One thread; never blocks. @return false: nothing there.
  bool poll(T& item) {
    Weighed weighed;
    if (!queue_.try_dequeue(weighed)) return false;
    bytes_.fetch_sub(weighed.bytes);
    item = std::move(weighed.item);
    return true;
  }

  /// Whether there is nothing to poll, as far as has been offered. Any thread.
  [[nodiscard]] bool empty() const { return bytes_.load() == 0; }
  /// Items refused so far.
  [[nodiscard]] std::int64_t refused() const { return refused_.load(); }

 private:
  struct Weighed {
    T item;
    std::int64_t bytes = 0;
  };
  moodycamel::ConcurrentQueue<Weighed> queue_;
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<std::int64_t> refused_{0};
  std::int64_t bytes_max_;
};

}  // namespace relay::flow
