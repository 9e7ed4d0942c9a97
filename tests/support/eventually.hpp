#pragma once

#include <chrono>
#include <thread>

namespace tests {

/// Whether the condition becomes true before the time is over; asks every 10 ms, and once at the
/// end.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds time = std::chrono::seconds{30}) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return condition();
}

}  // namespace tests
