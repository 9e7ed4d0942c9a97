#include "relay/base/side_by_side.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace relay {
namespace {

/// What is begun, what is through, and how that ended.
class Queue {
 public:
  Queue(std::size_t number, const std::function<void(std::size_t)>& work)
      : work_(work), results_(number) {}

  /// Takes one after the other until there is none.
  void run() {
    std::unique_lock lock{mutex_};
    while (next_ < results_.size()) {
      Result& result = results_[next_];
      const std::size_t taken = next_++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        work_(taken);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      result = {true, failure};
      through_.notify_one();
    }
  }

  void wait_for(std::size_t one) {
    std::unique_lock lock{mutex_};
    through_.wait(lock, [&] { return results_[one].through; });
    if (results_[one].failure) std::rethrow_exception(results_[one].failure);
  }

  void begin_no_more() {
    const std::lock_guard lock{mutex_};
    next_ = results_.size();
  }

 private:
  struct Result {
    bool through = false;
    std::exception_ptr failure;
  };
  const std::function<void(std::size_t)>& work_;
  std::mutex mutex_;
  std::condition_variable through_;  // the caller alone waits for it
  std::vector<Result> results_;
  std::size_t next_ = 0;
};

/// However the caller's part ends, the threads begin no work whose result is not wanted any more.
class LastOrders {
 public:
  explicit LastOrders(Queue& queue) : queue_(queue) {}
  ~LastOrders() { queue_.begin_no_more(); }
  LastOrders(const LastOrders&) = delete;
  LastOrders& operator=(const LastOrders&) = delete;

 private:
  Queue& queue_;
};

}  // namespace

void side_by_side(std::size_t number, std::size_t at_once,
                  const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& then) {
  if (std::min(number, at_once) < 2) {
    for (std::size_t i = 0; i < number; ++i) {
      work(i);
      if (then) then(i);
    }
    return;
  }
  Queue queue{number, work};
  std::vector<std::jthread> threads;
  const LastOrders last_orders{queue};  // before the threads are waited for
  for (std::size_t i = 0; i < std::min(number, at_once); ++i) {
    threads.emplace_back([&queue] { queue.run(); });
  }
  for (std::size_t i = 0; i < number; ++i) {
    queue.wait_for(i);
    if (then) then(i);
  }
}

}  // namespace relay
