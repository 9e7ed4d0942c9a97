#pragma once

#include <chrono>
#include <thread>

namespace bench {

/// Whether the condition becomes true within the time. Asks after each pause, so that asking costs
/// what is measured next to nothing.
template <class Condition>
bool within(std::chrono::seconds time, std::chrono::milliseconds pause, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(pause);
  }
  return condition();
}

/// For what takes the server or the broker a moment to answer.
inline constexpr std::chrono::milliseconds seldom{100};
/// For what decides a figure, and costs little.
inline constexpr std::chrono::milliseconds often{10};

}  // namespace bench
