#pragma once

#include <algorithm>
#include <chrono>
#include <random>
#include <stop_token>
#include <thread>

namespace chaos {

/// From 0 to less than 1.
inline double draw(std::mt19937_64& random) {
  return std::uniform_real_distribution<double>{0, 1}(random);
}

/// Sleeps, but not on when it is time to stop.
inline void pause(const std::stop_token& stop, double ms) {
  using std::chrono::milliseconds;
  const milliseconds time{static_cast<long>(ms)};
  const auto until = std::chrono::steady_clock::now() + time;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::min(milliseconds{20}, time));
  }
}

}  // namespace chaos
