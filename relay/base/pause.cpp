#include "relay/base/pause.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace relay {

bool pause_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock{mutex};
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

std::chrono::milliseconds backoff(int attempt, std::chrono::milliseconds base,
                                  std::chrono::milliseconds most, const Chance& chance) {
  const auto whole =
      std::min<std::int64_t>(base.count() << std::clamp(attempt - 1, 0, 20), most.count());
  const auto half = whole / 2;
  return std::chrono::milliseconds{
      half + static_cast<std::int64_t>(chance() * static_cast<double>(whole - half + 1))};
}

}  // namespace relay
