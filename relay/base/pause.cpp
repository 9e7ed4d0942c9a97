#include "relay/base/pause.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

namespace relay {

bool pause_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

std::chrono::milliseconds backoff(int attempt, std::chrono::milliseconds base,
                                  std::chrono::milliseconds most) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto whole =
      std::min<std::int64_t>(base.count() << std::clamp(attempt - 1, 0, 20), most.count());
  return std::chrono::milliseconds{
      std::uniform_int_distribution<std::int64_t>{whole / 2, whole}(random)};
}

}  // namespace relay
